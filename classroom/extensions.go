package classroom

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// NewExtension describes an extension to grant to one owner. Exactly one of Due, Days and By is set.
type NewExtension struct {
	Course, Assignment, Owner string
	Due                       string        // local time: "2026-10-01 18:00"
	Days                      int           // calendar days
	By                        time.Duration // elapsed time
	Until                     string        // local time of the new end; "" moves it by the same amount
	Reason                    string
}

// Extended is a granted extension with its effect.
type Extended struct {
	ID     int64     `json:"id"`
	Owner  string    `json:"owner"`
	Due    time.Time `json:"due"`    // of the owner, or of the team that they are in; the last minute, in the course's zone
	End    time.Time `json:"end"`    // the last minute that is graded
	Graded int       `json:"graded"` // number of kept pushes that are graded now
}

// Extend grants an owner more time for an assignment. It may be called at any time; the
// lateness of earlier pushes is computed again.
func (g *Grades) Extend(ctx context.Context, by schema.Actor, n NewExtension) (Extended, error) {
	m, a, spec, err := g.assignment(ctx, by, n.Course, n.Assignment)
	if err != nil {
		return Extended{}, err
	}
	if err := course.MayExtend(m.Viewer().In(a.Name), n.Course, n.Owner); err != nil {
		return Extended{}, err
	}
	if err := g.owner(ctx, a, n.Owner); err != nil {
		return Extended{}, err
	}
	zone := m.Course.Location()
	extension, err := n.extension(zone)
	if err != nil {
		return Extended{}, err
	}
	offset, err := g.store.SectionOffset(ctx, a, n.Owner)
	if err != nil {
		return Extended{}, fmt.Errorf("find section: %w", err)
	}
	if err := moves(a, course.ForSection(spec, zone, offset), zone, extension); err != nil {
		return Extended{}, err
	}
	granted, graded, err := g.store.AddExtension(ctx, by, a, n.Owner, extension, n.Reason)
	if err != nil {
		return Extended{}, err
	}
	if graded > 0 {
		g.live.Wake()
	}
	owner, err := g.work.store.OwnerOf(ctx, a.ID, n.Owner) // a member's extension applies to their team
	if err != nil {
		return Extended{}, fmt.Errorf("find team: %w", err)
	}
	terms, err := g.terms(ctx, a.ID, owner)
	return Extended{
		ID: granted.ID, Owner: n.Owner, Graded: graded,
		Due: terms.Schedule.Due().In(zone), End: terms.Schedule.End().Add(-time.Minute).In(zone),
	}, err
}

// extension parses the requested extension.
func (n NewExtension) extension(zone *time.Location) (e schema.Extension, err error) {
	given := 0
	for _, is := range []bool{n.Due != "", n.Days != 0, n.By != 0} {
		if is {
			given++
		}
	}
	switch {
	case given != 1:
		return e, schema.Errorf(schema.CodeInvalid, "say either a new due time, such as 2026-10-01 18:00, or by how much, such as 2d or 36h, and not both")
	case n.Days < 0 || n.By < 0 || time.Duration(n.Days)*24*time.Hour+n.By > maxExtends:
		return e, schema.Errorf(schema.CodeInvalid, "an extension is of at most %d days, and not negative", maxExtends/(24*time.Hour))
	case len([]rune(n.Reason)) > maxReason:
		return e, schema.Errorf(schema.CodeInvalid, "a reason has at most %d characters", maxReason)
	}
	e.Days, e.By = n.Days, n.By
	if n.Due != "" {
		if e.Due, err = course.ParseMinute("due", n.Due, zone); err != nil {
			return e, err
		}
	}
	if n.Until != "" {
		e.Until, err = course.ParseMinute("until", n.Until, zone)
	}
	return e, err
}

// moves returns an error if an extension would not move the due time, or would end before it.
func moves(a schema.Assignment, spec *assignment.Spec, zone *time.Location, e schema.Extension) error {
	if spec.Due.IsZero() {
		return schema.Errorf(schema.CodeRefused, "%s is never due; there is nothing to extend", a.Path())
	}
	before := course.ScheduleOf(spec, zone, nil, nil)
	after := course.ScheduleOf(spec, zone, []schema.Extension{e}, nil)
	switch {
	case !after.Due().After(before.Due()):
		return schema.Errorf(schema.CodeInvalid, "that is not later than the due time of %s, %s; it would change nothing", a.Path(), before.Due().In(zone).Format("2006-01-02 15:04"))
	case !e.Until.IsZero() && e.Until.Before(after.Due()):
		return schema.Errorf(schema.CodeInvalid, "until %s is before the new due time, %s", e.Until.In(zone).Format("2006-01-02 15:04"), after.Due().In(zone).Format("2006-01-02 15:04"))
	}
	return nil
}

// EndExtension removes an extension. The owner's grades are recomputed.
func (g *Grades) EndExtension(ctx context.Context, by schema.Actor, code, name string, id int64) (schema.GrantedExtension, error) {
	m, a, _, err := g.assignment(ctx, by, code, name)
	if err == nil {
		err = g.mayEnd(ctx, m, a, id)
	}
	if err != nil {
		return schema.GrantedExtension{}, err
	}
	return g.store.EndExtension(ctx, by, a, id)
}

// mayEnd decides whether a member may remove an extension. For an unknown extension it
// checks the permission for the member's own; the store then reports that the extension
// does not exist.
func (g *Grades) mayEnd(ctx context.Context, m Member, a schema.Assignment, id int64) error {
	all, err := g.store.Extensions(ctx, a.ID)
	if err != nil {
		return fmt.Errorf("list extensions: %w", err)
	}
	owner := m.Actor.User.Login
	for _, e := range all {
		if e.ID == id {
			owner = e.Owner
		}
	}
	return course.MayExtend(m.Viewer().In(a.Name), m.Course.Code, owner)
}

// Extensions lists the extensions of an assignment, by owner.
func (g *Grades) Extensions(ctx context.Context, by schema.Actor, code, name string) ([]schema.GrantedExtension, error) {
	m, a, _, err := g.assignment(ctx, by, code, name)
	if err == nil {
		err = course.MaySeeGrades(m.Viewer(), code, "")
	}
	if err != nil {
		return nil, err
	}
	all, err := g.store.Extensions(ctx, a.ID)
	return slices.DeleteFunc(all, func(e schema.GrantedExtension) bool { return !m.Viewer().In(a.Name).SeesOwner(e.Owner) }), err
}
