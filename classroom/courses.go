package classroom

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// CourseStore is the part of the store that the actions on courses use. Each change is one
// transaction with its audit entry. Methods return CodeNotFound if nothing matches.
type CourseStore interface {
	reachStore
	// Courses returns every course, by code.
	Courses(ctx context.Context) ([]schema.Course, error)
	// UserByLogin returns an account by its login.
	UserByLogin(ctx context.Context, login string) (schema.User, error)
	// AddCourse creates a course. CodeConflict: the code is taken.
	AddCourse(ctx context.Context, by schema.Actor, c schema.Course) (schema.Course, error)
	// SetFlavours changes a course's default flavour and the other flavours that its
	// assignments may name.
	SetFlavours(ctx context.Context, by schema.Actor, code, flavour string, allowed []string) error
	// Enrol gives a person a role in a course, or changes the role.
	Enrol(ctx context.Context, by schema.Actor, c schema.Course, user schema.User, role schema.Role) error
	// EnrolIn is Enrol with a section, "" for none.
	EnrolIn(ctx context.Context, by schema.Actor, c schema.Course, user schema.User, role schema.Role, section string) error
	// Unenrol ends an enrolment.
	Unenrol(ctx context.Context, by schema.Actor, c schema.Course, user schema.User) error
	// Roster returns everyone in a course, by login.
	Roster(ctx context.Context, course int64) ([]schema.Enrolment, error)
}

// Courses implements the actions on courses and enrolments.
type Courses struct {
	store    CourseStore
	flavours map[string]schema.Flavour // of the running server; nil: not known
	clock    func() time.Time
	revoked  *Revocations
}

// NewCourse describes a course to create.
type NewCourse struct {
	Code, Title, Zone, Flavour string
	Others                     []string // other flavours that its assignments may name
}

// Add creates a course.
func (c *Courses) Add(ctx context.Context, by schema.Actor, n NewCourse) (schema.Course, error) {
	if err := course.MayAdminister(by.User); err != nil {
		return schema.Course{}, err
	}
	if err := schema.CourseCode(n.Code); err != nil {
		return schema.Course{}, err
	}
	if _, err := schema.LoadZone(n.Zone); err != nil {
		return schema.Course{}, err
	}
	if err := c.knows(append([]string{n.Flavour}, n.Others...)); err != nil {
		return schema.Course{}, err
	}
	return c.store.AddCourse(ctx, by, schema.Course{
		Code: n.Code, Title: n.Title, Zone: n.Zone, Flavour: n.Flavour, OtherFlavours: n.Others, CreatedAt: c.clock(),
	})
}

// CourseChange describes a change of a course. A nil field means no change.
type CourseChange struct {
	Code    string
	Flavour *string
	Others  *[]string
}

// Set changes a course.
func (c *Courses) Set(ctx context.Context, by schema.Actor, change CourseChange) error {
	if err := course.MayAdminister(by.User); err != nil {
		return err
	}
	now, err := c.store.Course(ctx, change.Code)
	if err != nil {
		return err
	}
	if err := change.settable(now); err != nil {
		return err
	}
	if change.Flavour != nil {
		now.Flavour = *change.Flavour
	}
	if change.Others != nil {
		now.OtherFlavours = *change.Others
	}
	if err := c.knows(append([]string{now.Flavour}, now.OtherFlavours...)); err != nil {
		return err
	}
	return c.store.SetFlavours(ctx, by, now.Code, now.Flavour, now.OtherFlavours)
}

// settable returns an error if course.yaml holds a value that would change.
func (c CourseChange) settable(now schema.Course) error {
	if c.Flavour != nil {
		if err := course.Settable(now, assignment.KeyDefault, assignment.KeyFlavours); err != nil {
			return err
		}
	}
	if c.Others != nil {
		return course.Settable(now, assignment.KeyFlavours)
	}
	return nil
}

// knows returns an error if the running server does not have one of the flavours.
func (c *Courses) knows(names []string) error {
	for _, name := range names {
		if err := knownFlavour(c.flavours, name); err != nil {
			return err
		}
	}
	return nil
}

// knownFlavour returns an error if the running server does not have a flavour. Without a
// running server the flavours are not known, and it accepts any.
func knownFlavour(flavours map[string]schema.Flavour, name string) error {
	if _, ok := flavours[name]; ok || flavours == nil {
		return nil
	}
	return schema.Errorf(schema.CodeInvalid, "flavour %q is not in the configuration; use %s", name,
		strings.Join(slices.Sorted(maps.Keys(flavours)), ", "))
}

// List lists every course, by code.
func (c *Courses) List(ctx context.Context, by schema.Actor) ([]schema.Course, error) {
	if err := course.MayAdminister(by.User); err != nil {
		return nil, err
	}
	return c.store.Courses(ctx)
}

// Enrol gives a person a role in a course, or changes the role. It ends the open sessions and streams in the
// course of staff who see less than before.
func (c *Courses) Enrol(ctx context.Context, by schema.Actor, code, login string, role schema.Role) error {
	where, user, err := c.person(ctx, by, code, login)
	if err != nil {
		return err
	}
	return changeReach(ctx, c.store, c.revoked, where, func() error { return c.store.Enrol(ctx, by, where, user, role) })
}

// maxSection is the maximum length of a section's name, the same as in rosters.
const maxSection = 200 // characters

// EnrolIn is Enrol with a section, "" for none.
func (c *Courses) EnrolIn(ctx context.Context, by schema.Actor, code, login string, role schema.Role, section string) error {
	where, user, err := c.person(ctx, by, code, login)
	if err != nil {
		return err
	}
	section = strings.TrimSpace(section)
	if utf8.RuneCountInString(section) > maxSection || schema.Sanitize(section) != section || strings.ContainsAny(section, "\n\t") {
		return schema.Errorf(schema.CodeInvalid, "a section is named in one line of at most %d characters", maxSection)
	}
	return changeReach(ctx, c.store, c.revoked, where, func() error { return c.store.EnrolIn(ctx, by, where, user, role, section) })
}

// Unenrol ends a person's enrolment, and the open sessions in the course of the person and of staff who see less
// than before. The person's work stays.
func (c *Courses) Unenrol(ctx context.Context, by schema.Actor, code, login string) error {
	where, user, err := c.person(ctx, by, code, login)
	if err != nil {
		return err
	}
	return changeReach(ctx, c.store, c.revoked, where, func() error {
		if err := c.store.Unenrol(ctx, by, where, user); err != nil {
			return err
		}
		c.revoked.tell(Revocation{User: user.ID, Course: where.ID, Why: "the enrolment in " + code + " has ended"})
		return nil
	})
}

// person returns a person whose enrolment the actor may change.
func (c *Courses) person(ctx context.Context, by schema.Actor, code, login string) (schema.Course, schema.User, error) {
	m, err := findMember(ctx, c.store, by, code)
	if err != nil {
		return schema.Course{}, schema.User{}, err
	}
	if err := course.MayChangeRoster(m.Viewer(), code); err != nil {
		return schema.Course{}, schema.User{}, err
	}
	user, err := c.store.UserByLogin(ctx, login)
	return m.Course, user, err
}

// Roster lists the people of a course, by login.
func (c *Courses) Roster(ctx context.Context, by schema.Actor, code string) ([]schema.Enrolment, error) {
	m, err := findMember(ctx, c.store, by, code)
	if err != nil {
		return nil, err
	}
	if err := course.MaySeeRoster(m.Viewer(), code); err != nil {
		return nil, err
	}
	all, err := c.store.Roster(ctx, m.Course.ID)
	return slices.DeleteFunc(all, func(e schema.Enrolment) bool {
		return e.Role == schema.RoleStudent && !m.Viewer().SeesOwner(e.User.Login)
	}), err
}
