package gitd

import (
	"context"
	"fmt"
	"time"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// target is what a git path means for the person who named it.
type target struct {
	path       schema.RepositoryPath
	user       schema.User
	viewer     course.Viewer
	course     schema.Course
	assignment schema.Assignment // ID 0: tests that nobody has pushed yet
	spec       *assignment.Spec  // of the active version; nil: there is none
}

// find resolves a path, held against who asks and what for. Every error is fit to
// be shown; a course that the asker is not in looks like one that is not there.
func (s *Server) find(ctx context.Context, user schema.User, raw string, action course.Action) (target, error) {
	path, err := schema.ParseRepositoryPath(raw)
	if err != nil {
		return target{}, err
	}
	t := target{path: path, user: user, viewer: course.Viewer{Login: user.Login, Admin: user.Admin}}
	t.course, err = s.Courses.Course(ctx, path.Course)
	if schema.CodeOf(err) == schema.CodeNotFound {
		// In the very words that somebody who is not enrolled gets.
		return target{}, course.MayUse(course.Viewer{Login: user.Login}, action, path)
	}
	if err != nil {
		return target{}, fmt.Errorf("find course: %w", err)
	}
	if t.viewer.Role, err = s.Courses.Role(ctx, t.course.ID, user.ID); err != nil {
		return target{}, fmt.Errorf("find role: %w", err)
	}
	if err := course.MayUse(t.viewer, action, path); err != nil {
		return target{}, err
	}
	return t, s.findAssignment(ctx, &t)
}

func (s *Server) findAssignment(ctx context.Context, t *target) error {
	if t.path.Kind == schema.RepositoryCourse {
		return schema.Errorf(schema.CodeRefused, "the course repository is not supported yet")
	}
	var err error
	t.assignment, err = s.Courses.Assignment(ctx, t.path.Course, t.path.Assignment)
	switch {
	case schema.CodeOf(err) == schema.CodeNotFound && t.path.Kind == schema.RepositoryTests:
		return nil
	case schema.CodeOf(err) == schema.CodeNotFound:
		return t.absent()
	case err != nil:
		return fmt.Errorf("find assignment: %w", err)
	}
	if t.assignment.Active != nil {
		if t.spec, err = s.specs.of(*t.assignment.Active, t.course); err != nil {
			return fmt.Errorf("parse active version %d: %w", t.assignment.Active.ID, err)
		}
	}
	t.shed()
	return s.checkOpen(t)
}

// shed drops what nobody looks at again and a session would keep for as long as it
// waits: the source, which is parsed now, and pins, which only a gate compares.
func (t *target) shed() {
	if t.assignment.Active == nil {
		return
	}
	t.assignment.Active.Source = nil
	if t.path.Kind != schema.RepositoryTests {
		t.assignment.Active.Pins = schema.Pins{}
	}
}

// checkOpen hides from students what is not released, and from everybody's push
// what has no tests.
func (s *Server) checkOpen(t *target) error {
	if t.path.Kind != schema.RepositoryOwn {
		return nil
	}
	switch {
	case !t.viewer.Staff() && (t.spec == nil || !course.Released(t.spec, s.Clock())):
		return t.absent()
	case t.spec == nil:
		return schema.Errorf(schema.CodeRefused, "%s has no accepted tests yet; push them to %s/tests first", t.assignment.Path(), t.assignment.Path())
	}
	return nil
}

// absent is what a student reads of an assignment that is not there or not
// released: the two must not be told apart.
func (t *target) absent() error {
	return schema.Errorf(schema.CodeNotFound, "there is no assignment %s/%s yet; the command \"status %s\" lists what there is",
		t.path.Course, t.path.Assignment, t.path.Course)
}

// repository is the row that the path names, without its id.
func (t *target) repository() schema.Repository {
	r := schema.Repository{Kind: t.path.Kind, CourseID: t.course.ID, AssignmentID: t.assignment.ID}
	switch t.path.Kind {
	case schema.RepositoryOwn:
		r.Owner = t.user.Login
	case schema.RepositoryOwner:
		r.Kind, r.Owner = schema.RepositoryOwn, t.path.Owner
	}
	return r
}

func (t *target) zone() *time.Location { return t.course.Location() }

// flavour is the one that the assignment's jobs run on.
func (t *target) flavour() string {
	if t.spec != nil && t.spec.Flavour != "" {
		return t.spec.Flavour
	}
	return t.course.Flavour
}

// ensure makes the assignment and the repository where they are not there yet.
func (s *Server) ensure(ctx context.Context, t *target) (schema.Repository, error) {
	if t.assignment.ID == 0 {
		var err error
		t.assignment, err = s.Courses.EnsureAssignment(ctx, t.course.ID, t.path.Assignment, s.Clock())
		if err != nil {
			return schema.Repository{}, fmt.Errorf("make assignment: %w", err)
		}
	}
	row, err := s.Courses.EnsureRepository(ctx, t.repository())
	if err != nil {
		return schema.Repository{}, fmt.Errorf("make repository: %w", err)
	}
	return row, nil
}
