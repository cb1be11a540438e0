package classroom

import (
	"context"
	"fmt"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// TestsStore is the part of the store that the actions on versions of tests use.
type TestsStore interface {
	memberStore
	// Assignment returns one assignment with its active version.
	Assignment(ctx context.Context, course, name string) (schema.Assignment, error)
	// TestsVersions returns the versions of an assignment's tests, newest first, at most limit.
	TestsVersions(ctx context.Context, assignment int64, limit int) ([]schema.TestsVersion, error)
	// ActivateVersion makes a version active again, unless may refuses, in one transaction
	// with its audit entry and the new grades. Number 0 means the version before the active
	// one.
	ActivateVersion(ctx context.Context, by schema.Actor, a schema.Assignment, number int, may func(active, next schema.Version) error) (schema.ActivatedTests, error)
}

// Tests implements the actions on versions of tests.
type Tests struct {
	store TestsStore
	live  Live
}

// maxTestsVersions is the maximum number of listed versions of tests.
const maxTestsVersions = 200

// List lists the versions of an assignment's tests, newest first.
func (t *Tests) List(ctx context.Context, by schema.Actor, code, name string) ([]schema.TestsVersion, error) {
	m, a, err := t.assignment(ctx, by, code, name)
	if err != nil {
		return nil, err
	}
	if err := course.MayUse(m.Viewer(), course.ActionFetch, schema.RepositoryPath{Kind: schema.RepositoryTests, Course: code, Assignment: name}); err != nil {
		return nil, err
	}
	return t.store.TestsVersions(ctx, a.ID, maxTestsVersions)
}

// Activate makes a version of an assignment's tests active again. Number 0 means the
// version before the active one.
func (t *Tests) Activate(ctx context.Context, by schema.Actor, code, name string, number int) (schema.ActivatedTests, error) {
	m, a, err := t.assignment(ctx, by, code, name)
	if err != nil {
		return schema.ActivatedTests{}, err
	}
	done, err := t.store.ActivateVersion(ctx, by, a, number, func(active, next schema.Version) error {
		return course.MayActivate(m.Viewer(), a.Path(), active, next)
	})
	if err == nil {
		t.live.Wake() // kept pushes may be graded now
	}
	return done, err
}

func (t *Tests) assignment(ctx context.Context, by schema.Actor, code, name string) (Member, schema.Assignment, error) {
	m, err := findMember(ctx, t.store, by, code)
	if err != nil {
		return m, schema.Assignment{}, err
	}
	if !m.Viewer().Staff() {
		return m, schema.Assignment{}, schema.Errorf(schema.CodeForbidden, "only the staff of %s see its tests", code)
	}
	a, err := t.store.Assignment(ctx, code, name)
	switch {
	case schema.CodeOf(err) == schema.CodeNotFound:
		return m, a, noAssignment(m, name)
	case err != nil:
		return m, a, fmt.Errorf("find assignment: %w", err)
	}
	return m, a, nil
}
