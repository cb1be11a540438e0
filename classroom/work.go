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

// WorkStore is the part of the store that the actions on assignments and submissions use.
// Methods return CodeNotFound if nothing matches.
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
	// SubmissionFacts returns one submission without its result.
	SubmissionFacts(ctx context.Context, name schema.SubmissionName) (schema.Submission, error)
	// AllSubmissions returns at most limit submissions to an assignment with their results,
	// oldest first, starting after a submission (0: from the beginning). If owners is nil,
	// it returns submissions of every owner.
	AllSubmissions(ctx context.Context, assignment int64, owners []string, after int64, limit int) ([]schema.GradedSubmission, error)
	// Tries returns at most limit tries of an owner for an assignment, newest first, with
	// summaries of their results.
	Tries(ctx context.Context, assignment int64, owner string, limit int) ([]schema.Try, error)
	// Downtimes returns the downtimes of the server since the given time, oldest first.
	Downtimes(ctx context.Context, since time.Time) ([]schema.Downtime, error)
	// Outages returns the outages of a course, oldest first.
	Outages(ctx context.Context, course int64) ([]schema.Outage, error)
	// Troubles returns the problems that the staff of a course must know.
	Troubles(ctx context.Context, course int64) ([]schema.Trouble, error)
	// Owner returns the facts that decide how much an owner of work for an assignment may see.
	// If the active version cannot be parsed, it returns an *assignment.Invalid, and of the owner
	// only the logins and the former members.
	Owner(ctx context.Context, assignment int64, owner string) (course.Owner, error)
	// Terms returns the terms for a push of the owner at that moment.
	Terms(ctx context.Context, assignment int64, owner string, now time.Time) (course.Terms, error)
	// OwnerOf returns the owner of a person's pushes to an assignment: their team, or
	// themselves.
	OwnerOf(ctx context.Context, assignment int64, login string) (string, error)
	// Progress returns the progress of owners in assignments of one course at that moment, in their order:
	// owners[i] is the owner of work for of[i].
	Progress(ctx context.Context, of []schema.Assignment, owners []string, now time.Time) ([]course.Progress, error)
	// Owners returns what Owner returns for each of several works. Of an assignment whose active version
	// cannot be parsed it returns only the logins and the former members.
	Owners(ctx context.Context, works []course.WorkOf) (map[course.WorkOf]course.Owner, error)
	// TeamsOf returns the teams of a person in a course, by assignment.
	TeamsOf(ctx context.Context, course int64, login string) (map[int64]string, error)
	// Teams returns the teams of an assignment, by name.
	Teams(ctx context.Context, assignment int64) ([]schema.Team, error)
	// Rerun creates a new job for a submission with the active version, unless decide
	// refuses, in one transaction with its audit entry.
	Rerun(ctx context.Context, by schema.Actor, submission int64, decide func(schema.Role, course.Rerun) (free bool, err error), at time.Time) (schema.Job, error)
}

// Work implements the actions on assignments and submissions.
type Work struct {
	store WorkStore
	live  Live
	clock func() time.Time
	specs assignment.Cache
}

// Member returns the actor's membership of a course. CodeNotFound: the actor has no role in
// the course, or there is no such course; both have the same message.
func (w *Work) Member(ctx context.Context, by schema.Actor, code string) (Member, error) {
	return findMember(ctx, w.store, by, code)
}

// Access returns the facts that decide how much a viewer may see now of an owner's work for
// an assignment. If the active version cannot be parsed, hidden results stay hidden.
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

// OwnerOf returns the owner of a member's pushes to an assignment: their team, or
// themselves. Staff are never in a team.
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

// Team returns the team of an assignment with that name, or nil if there is none.
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
	Spec   *assignment.Spec // nil: no version was accepted yet, or Broken is set
	Broken error            // this program cannot parse a version that another release accepted
}

// Required returns the patterns of files that a submission must have.
func (a Assignment) Required() []string {
	if a.Spec == nil {
		return nil
	}
	return a.Spec.Files.Required
}

// Read returns an assignment with its active specification. It does not check permissions.
func (w *Work) Read(a schema.Assignment) Assignment {
	if a.Active == nil {
		return Assignment{Assignment: a}
	}
	// Flavours are not checked again, because an accepted version stays accepted.
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

// Assignment returns an assignment that the member may see. CodeNotFound: the assignment
// does not exist or is not released; both have the same message.
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

// nearly reports whether two names differ in at most one removed, added or replaced
// character.
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

// visible reports whether a member may see the assignment at all. Only staff see an
// assignment that cannot be parsed.
func (a Assignment) visible(m Member, now time.Time) bool {
	return m.Viewer().Staff() || a.Spec != nil && course.Released(a.Spec, now)
}

// noAssignment returns the error for an assignment that the member may not see.
func noAssignment(m Member, name string) error {
	return schema.Errorf(schema.CodeNotFound, "there is no assignment %s/%s yet; the command \"status %s\" lists the assignments",
		m.Course.Code, name, m.Course.Code)
}

// noAssignment returns the error for an unknown assignment. It suggests an assignment with a
// similar name if the member may see one.
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
