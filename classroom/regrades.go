package classroom

import (
	"context"
	"fmt"
	"time"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// RegradeStore is the part of the store that the actions on regrade sets use.
type RegradeStore interface {
	memberStore
	// Assignment returns one assignment with its active version.
	Assignment(ctx context.Context, course, name string) (schema.Assignment, error)
	// RosterPeople returns the people of a course, by login.
	RosterPeople(ctx context.Context, course int64) ([]schema.RosterPerson, error)
	// Seats returns who is or was in the teams of a course, oldest first.
	Seats(ctx context.Context, course int64) ([]schema.Seat, error)
	// CreateRegrade creates a set and queues its jobs. CodeConflict: the assignment has an open
	// set.
	CreateRegrade(ctx context.Context, by schema.Actor, n schema.NewRegrade) (schema.Regrade, error)
	// Regrade returns a set.
	Regrade(ctx context.Context, id int64) (schema.Regrade, error)
	// RegradesOf returns the sets of an assignment, newest first.
	RegradesOf(ctx context.Context, assignment int64) ([]schema.Regrade, error)
	// RegradedOwners returns the changes by a set for each of its owners, by login.
	RegradedOwners(ctx context.Context, set schema.Regrade) ([]schema.RegradedOwner, error)
	// ApplyRegrade replaces results and grades, in one transaction for each owner.
	ApplyRegrade(ctx context.Context, by schema.Actor, set schema.Regrade) error
	// DiscardRegrade discards a set that is not applied and cancels its waiting jobs. The set stays
	// listed as discarded.
	DiscardRegrade(ctx context.Context, by schema.Actor, set schema.Regrade) error
	// UndoRegrade restores the results that a set replaced, and returns the skipped owners with
	// the reasons.
	UndoRegrade(ctx context.Context, by schema.Actor, set schema.Regrade) (map[string]string, error)
}

// Regrades implements the actions on regrade sets. A set grades submissions again; students
// do not see its results until it is applied.
type Regrades struct {
	store RegradeStore
	live  Live
}

// NewRegrade describes a set to create.
type NewRegrade struct {
	Course, Assignment string
	Which              schema.RegradeWhich // "" is the submission that counts
	Owners             []string            // none: everybody
	Section            string              // "" for all
	Version            int                 // version of the tests; 0: the active one
	Reason             string
}

// RegradeReport is a set with its changes.
type RegradeReport struct {
	Set            schema.Regrade
	Up, Down, Same int // number of owners whose grade rises, falls or stays
	Flaky, Failed  int // number of owners
	Owners         []schema.RegradedOwner
	LateDays       []string // owners with a change of late days
}

// Create creates a set and queues its jobs behind all pushes.
func (r *Regrades) Create(ctx context.Context, by schema.Actor, n NewRegrade) (schema.Regrade, error) {
	m, err := findMember(ctx, r.store, by, n.Course)
	if err == nil {
		err = course.MayRegrade(m.Viewer(), n.Course)
	}
	if err != nil {
		return schema.Regrade{}, err
	}
	a, err := r.store.Assignment(ctx, n.Course, n.Assignment)
	if schema.CodeOf(err) == schema.CodeNotFound {
		return schema.Regrade{}, noAssignment(m, n.Assignment)
	}
	if err != nil {
		return schema.Regrade{}, fmt.Errorf("find assignment: %w", err)
	}
	if n.Which == "" {
		n.Which = schema.RegradeCounted
	}
	if len([]rune(n.Reason)) > maxReason {
		return schema.Regrade{}, schema.Errorf(schema.CodeInvalid, "a reason has at most %d characters", maxReason)
	}
	owners, err := r.owners(ctx, m.Course, n)
	if err != nil {
		return schema.Regrade{}, err
	}
	if owners, err = r.withTeams(ctx, a, owners); err != nil {
		return schema.Regrade{}, err
	}
	set, err := r.store.CreateRegrade(ctx, by, schema.NewRegrade{Assignment: a, Version: n.Version, Which: n.Which, Owners: owners, Reason: n.Reason})
	if err == nil {
		r.live.Wake()
	}
	return set, err
}

// owners returns the owners whose submissions are graded again. nil means everybody.
func (r *Regrades) owners(ctx context.Context, c schema.Course, n NewRegrade) (map[string]bool, error) {
	if len(n.Owners) == 0 && n.Section == "" {
		return nil, nil
	}
	people, err := r.store.RosterPeople(ctx, c.ID)
	if err != nil {
		return nil, fmt.Errorf("list people: %w", err)
	}
	known := make(map[string]bool)
	owners := make(map[string]bool)
	for _, p := range people {
		known[p.Login] = true
		if n.Section != "" && p.Section == n.Section {
			owners[p.Login] = true
		}
	}
	if n.Section != "" && len(owners) == 0 {
		return nil, schema.Errorf(schema.CodeNotFound, "nobody in %s is in section %q", c.Code, n.Section)
	}
	seats, err := r.store.Seats(ctx, c.ID)
	if err != nil {
		return nil, fmt.Errorf("list teams: %w", err)
	}
	for _, seat := range seats {
		known[seat.Team] = true
	}
	for _, login := range n.Owners {
		if !known[login] {
			return nil, schema.Errorf(schema.CodeNotFound, "%s is not in %s", login, c.Code)
		}
		owners[login] = true
	}
	return owners, nil
}

// withTeams adds the teams of the owners for an assignment.
func (r *Regrades) withTeams(ctx context.Context, a schema.Assignment, owners map[string]bool) (map[string]bool, error) {
	if owners == nil {
		return nil, nil
	}
	seats, err := r.store.Seats(ctx, a.Course.ID)
	for _, seat := range seats {
		if seat.Assignment == a.ID && seat.Left.IsZero() && owners[seat.Login] {
			owners[seat.Team] = true
		}
	}
	return owners, err
}

// List returns the sets of an assignment, newest first.
func (r *Regrades) List(ctx context.Context, by schema.Actor, code, name string) ([]schema.Regrade, error) {
	m, err := findMember(ctx, r.store, by, code)
	if err == nil {
		err = course.MayRegrade(m.Viewer(), code)
	}
	if err != nil {
		return nil, err
	}
	a, err := r.store.Assignment(ctx, code, name)
	if schema.CodeOf(err) == schema.CodeNotFound {
		return nil, noAssignment(m, name)
	}
	if err != nil {
		return nil, fmt.Errorf("find assignment: %w", err)
	}
	return r.store.RegradesOf(ctx, a.ID)
}

// find returns a set of a course in which the actor may change grades.
func (r *Regrades) find(ctx context.Context, by schema.Actor, id int64) (schema.Regrade, error) {
	set, err := r.store.Regrade(ctx, id)
	if err != nil {
		return set, err
	}
	name, err := schema.ParseSubmissionName(set.Path)
	if err != nil {
		return set, err
	}
	m, err := findMember(ctx, r.store, by, name.Course)
	if err != nil {
		return set, schema.Errorf(schema.CodeNotFound, "there is no regrade set %d", id)
	}
	return set, course.MayRegrade(m.Viewer(), name.Course)
}

// Show returns the progress of a set and its changes for each owner.
func (r *Regrades) Show(ctx context.Context, by schema.Actor, id int64) (RegradeReport, error) {
	set, err := r.find(ctx, by, id)
	if err != nil {
		return RegradeReport{}, err
	}
	report := RegradeReport{Set: set}
	if report.Owners, err = r.store.RegradedOwners(ctx, set); err != nil {
		return report, err
	}
	for _, o := range report.Owners {
		report.count(o)
	}
	return report, nil
}

func (r *RegradeReport) count(o schema.RegradedOwner) {
	before, _ := schema.ParsePoints(o.Before.Final.String()) // our own numbers are valid
	after, _ := schema.ParsePoints(o.After.Final.String())
	switch after.Cmp(before) {
	case 1:
		r.Up++
	case -1:
		r.Down++
	default:
		r.Same++
	}
	if o.Flaky {
		r.Flaky++
	}
	if o.Failed {
		r.Failed++
	}
	if o.Before.Tokens != o.After.Tokens {
		r.LateDays = append(r.LateDays, o.Owner)
	}
}

// regradePoll is the interval at which Wait reads a set.
const regradePoll = 500 * time.Millisecond

// Wait waits until every submission of a set is graded or ctx ends.
func (r *Regrades) Wait(ctx context.Context, by schema.Actor, id int64) error {
	for {
		set, err := r.find(ctx, by, id)
		if err != nil || set.State != schema.RegradeRunning {
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(regradePoll):
		}
	}
}

// Apply replaces the results and grades of a staged set's owners.
func (r *Regrades) Apply(ctx context.Context, by schema.Actor, id int64) (RegradeReport, error) {
	set, err := r.find(ctx, by, id)
	if err == nil {
		err = r.store.ApplyRegrade(ctx, by, set)
	}
	if err != nil {
		return RegradeReport{}, err
	}
	return r.Show(ctx, by, id)
}

// Discard discards a set that is not applied. The set stays listed as discarded.
func (r *Regrades) Discard(ctx context.Context, by schema.Actor, id int64) (RegradeReport, error) {
	set, err := r.find(ctx, by, id)
	if err == nil {
		err = r.store.DiscardRegrade(ctx, by, set)
	}
	if err != nil {
		return RegradeReport{}, err
	}
	return r.Show(ctx, by, id)
}

// Undo restores the results that an applied set replaced. It skips owners with newer
// changes, and lists them with the reason.
func (r *Regrades) Undo(ctx context.Context, by schema.Actor, id int64) (RegradeReport, error) {
	set, err := r.find(ctx, by, id)
	if err != nil {
		return RegradeReport{}, err
	}
	skipped, err := r.store.UndoRegrade(ctx, by, set)
	if err != nil {
		return RegradeReport{}, err
	}
	report, err := r.Show(ctx, by, id)
	for i, o := range report.Owners {
		report.Owners[i].Skipped = skipped[o.Owner]
	}
	return report, err
}
