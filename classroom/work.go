package classroom

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// WorkStore is what actions on assignments and submissions ask of the store.
// CodeNotFound if nothing matches.
type WorkStore interface {
	memberStore
	// UserByLogin returns an account by its login.
	UserByLogin(ctx context.Context, login string) (schema.User, error)
	// Assignments returns a course's assignments with their active versions, by name.
	Assignments(ctx context.Context, course int64) ([]schema.Assignment, error)
	// Assignment returns one assignment with its active version.
	Assignment(ctx context.Context, course, name string) (schema.Assignment, error)
	// Submission returns one submission with its latest job and result. Number 0 is the
	// owner's latest.
	Submission(ctx context.Context, name schema.SubmissionName) (schema.GradedSubmission, error)
	// SubmissionFacts returns the facts of one submission without its grading.
	SubmissionFacts(ctx context.Context, name schema.SubmissionName) (schema.Submission, error)
	// AllSubmissions returns an assignment's submissions with their results, oldest
	// first, after a submission (0: from the beginning), at most limit; owners nil is
	// every owner's.
	AllSubmissions(ctx context.Context, assignment int64, owners []string, after int64, limit int) ([]schema.GradedSubmission, error)
	// Tries returns an owner's tries for an assignment, newest first, with summaries of their
	// results, at most limit.
	Tries(ctx context.Context, assignment int64, owner string, limit int) ([]schema.Try, error)
	// Downtimes returns when the server was away since then, oldest first.
	Downtimes(ctx context.Context, since time.Time) ([]schema.Downtime, error)
	// Outages returns the outages of a course, oldest first.
	Outages(ctx context.Context, course int64) ([]schema.Outage, error)
	// Troubles returns what the staff of a course must know of.
	Troubles(ctx context.Context, course int64) ([]schema.Trouble, error)
	// Owner returns what decides what an owner of work for an assignment may see. With an
	// assignment.Invalid, for an active version that cannot be read, it says only who they are.
	Owner(ctx context.Context, assignment int64, owner string) (course.Owner, error)
	// Terms returns what a push of the owner is judged by at that moment.
	Terms(ctx context.Context, assignment int64, owner string, now time.Time) (course.Terms, error)
	// OwnerOf returns the owner of what somebody pushes to an assignment: their team, or
	// themselves.
	OwnerOf(ctx context.Context, assignment int64, login string) (string, error)
	// Teams returns the teams of an assignment, by name.
	Teams(ctx context.Context, assignment int64) ([]schema.Team, error)
	// Rerun makes a new job for a submission against the active version, unless decide
	// refuses, in one transaction with its audit entry.
	Rerun(ctx context.Context, by schema.Actor, submission int64, decide func(schema.Role, course.Rerun) (free bool, err error), at time.Time) (schema.Job, error)
}

// Work are the actions on assignments and submissions, and on their visibility.
type Work struct {
	store WorkStore
	live  Live
	clock func() time.Time
	specs assignment.Cache
}

// Member returns what the actor is in a course. CodeNotFound, in the same words, where
// they are nothing in it and where there is no such course.
func (w *Work) Member(ctx context.Context, by schema.Actor, code string) (Member, error) {
	return findMember(ctx, w.store, by, code)
}

// Access returns what decides what a viewer may see now of an owner's work for an
// assignment. Where its active version cannot be read, what is hidden stays so.
func (w *Work) Access(ctx context.Context, v course.Viewer, id int64, owner string) (course.Access, error) {
	of, err := w.store.Owner(ctx, id, owner)
	if errors.As(err, new(*assignment.Invalid)) {
		return course.Access{Viewer: v, Owner: course.Owner{Logins: of.Logins, Left: of.Left}}, nil
	}
	if err != nil {
		return course.Access{}, fmt.Errorf("find owner: %w", err)
	}
	return course.Access{Viewer: v, Owner: of, Now: w.clock()}, nil
}

// OwnerOf returns the owner of what a member pushes to an assignment: their team, or
// themselves. Staff are in no team.
func (w *Work) OwnerOf(ctx context.Context, m Member, assignment int64) (string, error) {
	login := m.Actor.User.Login
	if m.Role != schema.RoleStudent {
		return login, nil
	}
	owner, err := w.store.OwnerOf(ctx, assignment, login)
	if err != nil {
		return "", fmt.Errorf("find team: %w", err)
	}
	return owner, nil
}

// Team returns the team of an assignment that has that name, nil if the name is a
// person's.
func (w *Work) Team(ctx context.Context, assignment int64, name string) (*schema.Team, error) {
	all, err := w.store.Teams(ctx, assignment)
	if err != nil {
		return nil, fmt.Errorf("list teams: %w", err)
	}
	if i := slices.IndexFunc(all, func(t schema.Team) bool { return t.Name == name }); i >= 0 {
		return &all[i], nil
	}
	return nil, nil
}

// Assignment is an assignment with its active specification.
type Assignment struct {
	schema.Assignment
	Spec   *assignment.Spec // nil: no version was accepted yet, or Broken
	Broken error            // this program cannot read what another version of it accepted
}

// Required returns the patterns of the files that a submission must have.
func (a Assignment) Required() []string {
	if a.Spec == nil {
		return nil
	}
	return a.Spec.Files.Required
}

// Read returns an assignment with its active specification, without a check of permission.
func (w *Work) Read(a schema.Assignment) Assignment {
	if a.Active == nil {
		return Assignment{Assignment: a}
	}
	// Flavours are not checked again: an accepted version stays accepted.
	spec, err := w.specs.Parse(a.Active.ID, a.Active.Source, assignment.Context{Zone: a.Course.Location(), Flavour: a.Course.Flavour})
	if err != nil {
		err = fmt.Errorf("parse version %d of %s: %w", a.Active.Number, a.Path(), err)
	}
	return Assignment{Assignment: a, Spec: spec, Broken: err}
}

// Assignments lists the assignments of a course that the member may see, by name.
func (w *Work) Assignments(ctx context.Context, m Member) ([]Assignment, error) {
	all, err := w.store.Assignments(ctx, m.Course.ID)
	if err != nil {
		return nil, fmt.Errorf("list assignments: %w", err)
	}
	var shown []Assignment
	for _, a := range all {
		if is := w.Read(a); is.visible(m, w.clock()) {
			shown = append(shown, is)
		}
	}
	return shown, nil
}

// Assignment returns one that the member may see. CodeNotFound, in the same words, where
// it does not exist and where it is not released.
func (w *Work) Assignment(ctx context.Context, m Member, name string) (Assignment, error) {
	a, err := w.store.Assignment(ctx, m.Course.Code, name)
	switch {
	case schema.CodeOf(err) == schema.CodeNotFound:
		return Assignment{}, w.noAssignment(ctx, m, name)
	case err != nil:
		return Assignment{}, fmt.Errorf("find assignment: %w", err)
	}
	is := w.Read(a)
	switch {
	case is.visible(m, w.clock()):
		return is, nil
	case is.Broken != nil:
		return is, is.Broken
	}
	return Assignment{}, w.noAssignment(ctx, m, name)
}

// nearly reports whether two names differ in one character at most, left out, added or
// replaced.
func nearly(a, b string) bool {
	for a != "" && b != "" && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	switch {
	case len(a) == len(b):
		return a == "" || a[1:] == b[1:]
	case len(a) == len(b)+1:
		return a[1:] == b
	}
	return len(b) == len(a)+1 && a == b[1:]
}

// visible reports whether a member may see the assignment at all. One that cannot be
// read is for staff to mend.
func (a Assignment) visible(m Member, now time.Time) bool {
	return m.Viewer().Staff() || a.Spec != nil && course.Released(a.Spec, now)
}

// noAssignment is the error for a name that the member may see no assignment of.
func noAssignment(m Member, name string) error {
	return schema.Errorf(schema.CodeNotFound, "there is no assignment %s/%s yet; the command \"status %s\" lists what there is",
		m.Course.Code, name, m.Course.Code)
}

// noAssignment names an assignment of nearly that name, where the member may see one.
func (w *Work) noAssignment(ctx context.Context, m Member, name string) error {
	all, err := w.Assignments(ctx, m)
	if err != nil {
		return err
	}
	for _, a := range all {
		if a.Name != name && nearly(a.Name, strings.ToLower(name)) {
			return schema.Errorf(schema.CodeNotFound, "there is no assignment %s/%s yet; did you mean %s?", m.Course.Code, name, a.Path())
		}
	}
	return noAssignment(m, name)
}
