package classroom

import (
	"context"
	"errors"
	"fmt"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// DraftStore is the part of the store that editing tests on a page uses.
type DraftStore interface {
	memberStore
	// Assignment returns one assignment with its active version.
	Assignment(ctx context.Context, course, name string) (schema.Assignment, error)
	// VersionByNumber returns a version of an assignment's tests; number 0 is the newest.
	VersionByNumber(ctx context.Context, assignment int64, number int) (schema.Version, error)
	// Gate returns a version with the parts of its gate, and the verdict once there is one.
	Gate(ctx context.Context, version int64) (schema.Gate, error)
}

// Drafts implements the actions of the page that edits the tests of an assignment. Saving
// pushes the tests, under the rules of a push.
type Drafts struct {
	store    DraftStore
	flavours map[string]schema.Flavour // of the running server; nil: not known
}

// Draft holds the last pushed tests of an assignment, accepted or not.
type Draft struct {
	Member
	Assignment schema.Assignment // ID 0: it does not exist yet
	Base       schema.Version    // the newest version; ID 0: nothing was pushed yet
	MayEdit    error             // why the member may not change them
}

// Path returns COURSE/ASSIGNMENT.
func (d Draft) Path() string { return d.Course.Code + "/" + d.Assignment.Name }

// Open returns the tests of an assignment to read or to edit. Staff may read them.
func (d *Drafts) Open(ctx context.Context, by schema.Actor, code, name string) (Draft, error) {
	draft, err := d.member(ctx, by, code, name, course.ActionFetch)
	if err != nil {
		return draft, err
	}
	a, err := d.store.Assignment(ctx, code, name)
	if schema.CodeOf(err) == schema.CodeNotFound {
		return draft, noAssignment(draft.Member, name)
	}
	if err != nil {
		return draft, fmt.Errorf("find assignment: %w", err)
	}
	draft.Assignment = a
	draft.Base, err = d.store.VersionByNumber(ctx, a.ID, 0)
	if schema.CodeOf(err) == schema.CodeNotFound {
		err = nil
	}
	return draft, err
}

// New returns an empty draft of an assignment that does not exist yet. Saving it creates
// the assignment. CodeConflict: the assignment exists.
func (d *Drafts) New(ctx context.Context, by schema.Actor, code, name string) (Draft, error) {
	draft, err := d.member(ctx, by, code, name, course.ActionPush)
	if err != nil {
		return draft, err
	}
	if err := schema.OwnerName("assignment", name); err != nil {
		return draft, err
	}
	_, err = d.store.Assignment(ctx, code, name)
	switch {
	case err == nil:
		return draft, schema.Errorf(schema.CodeConflict, "%s/%s exists already; take another name, or edit its tests", code, name)
	case schema.CodeOf(err) != schema.CodeNotFound:
		return draft, fmt.Errorf("find assignment: %w", err)
	}
	return draft, nil
}

// member returns a draft with the actor's membership of the course, if they may do the action
// on the tests.
func (d *Drafts) member(ctx context.Context, by schema.Actor, code, name string, action course.Action) (Draft, error) {
	m, err := findMember(ctx, d.store, by, code)
	if err != nil {
		return Draft{}, err
	}
	tests := schema.RepositoryPath{Kind: schema.RepositoryTests, Course: code, Assignment: name}
	draft := Draft{Member: m, Assignment: schema.Assignment{Course: m.Course, Name: name}, MayEdit: course.MayUse(m.Viewer(), course.ActionPush, tests)}
	return draft, course.MayUse(m.Viewer(), action, tests)
}

// Check returns the mistakes that would make a push of these files fail, by file, line and
// column. Without mistakes it returns the parsed assignment.
func (d *Drafts) Check(draft Draft, files assignment.Files) (*assignment.Spec, []assignment.Problem, error) {
	c := draft.Course
	spec, err := assignment.Load(files, assignment.Context{Zone: c.Location(), Flavours: d.flavours, Flavour: c.Flavour, Allows: c.Allows, Limits: c.Settings.Limits})
	var invalid *assignment.Invalid
	if errors.As(err, &invalid) {
		return nil, invalid.Problems, nil
	}
	return spec, nil, err
}

// Gate returns a version of an assignment's tests with its gate. Staff may see it.
func (d *Drafts) Gate(ctx context.Context, by schema.Actor, code, name string, number int) (Draft, schema.Gate, error) {
	draft, err := d.Open(ctx, by, code, name)
	if err != nil {
		return draft, schema.Gate{}, err
	}
	v, err := d.store.VersionByNumber(ctx, draft.Assignment.ID, number)
	if err != nil {
		return draft, schema.Gate{}, err
	}
	gate, err := d.store.Gate(ctx, v.ID)
	return draft, gate, err
}
