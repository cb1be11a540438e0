package gitd

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/course"
	"github.com/grader/grader/gitd/transcript"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// target is what a git path names for the person who typed it.
type target struct {
	path       schema.RepositoryPath
	user       schema.User
	viewer     course.Viewer
	owner      string // of the person's work in the assignment: their team, or themselves
	course     schema.Course
	assignment schema.Assignment // ID 0: tests that nobody has pushed yet
	spec       *assignment.Spec  // of the active version; nil: no active version
}

// find resolves a path and checks that the person may do the action there. Every error may be
// shown. A course that the person is not in looks like one that does not exist.
func (s *services) find(ctx context.Context, sess *session, raw string, action course.Action) (target, error) {
	path, err := schema.ParseRepositoryPath(raw)
	if err != nil {
		return target{}, s.otherCase(ctx, sess, raw, action, err)
	}
	m, err := s.Classroom.Work.Member(ctx, sess.actor(), path.Course)
	if err != nil {
		return target{}, err
	}
	sess.course.Store(m.Course.ID)
	t := target{path: path, user: sess.who.user, viewer: m.Viewer(), course: m.Course, owner: sess.who.user.Login}
	if err := course.MayUse(t.viewer, action, path); err != nil {
		return target{}, err
	}
	if err := s.findAssignment(ctx, m, &t); err != nil {
		return t, err
	}
	sess.worksOn(t.work())
	return t, nil
}

// otherCase names the repository that a path in another case probably means if the person may use
// it. Otherwise it returns err.
func (s *services) otherCase(ctx context.Context, sess *session, raw string, action course.Action, err error) error {
	lower := strings.ToLower(raw)
	if lower == raw {
		return err
	}
	t, other := s.find(ctx, sess, lower, action)
	if other != nil {
		return err
	}
	return schema.Errorf(schema.CodeNotFound, "there is no repository %s; did you mean %s?", transcript.Truncate(schema.Sanitize(raw), 60), pathOf(t.path))
}

func (s *services) findAssignment(ctx context.Context, m classroom.Member, t *target) error {
	if t.path.Kind == schema.RepositoryCourse {
		return nil
	}
	a, err := s.Classroom.Work.Assignment(ctx, m, t.path.Assignment)
	switch {
	case schema.CodeOf(err) == schema.CodeNotFound && t.path.Kind == schema.RepositoryTests:
		return nil
	case err != nil:
		return err
	case a.Broken != nil:
		return a.Broken
	}
	t.assignment, t.spec = a.Assignment, a.Spec
	t.shed()
	if t.path.Kind != schema.RepositoryOwn {
		return nil
	}
	if t.spec == nil {
		return schema.Errorf(schema.CodeRefused, "%s has no accepted tests yet; push them to %s/tests first", t.assignment.Path(), t.assignment.Path())
	}
	t.owner, err = s.Classroom.Work.OwnerOf(ctx, m, t.assignment.ID)
	return err
}

// shed drops what a waiting session would keep without using it: the source, which is parsed
// already, and the pins, which only a gate compares.
func (t *target) shed() {
	if t.assignment.Active == nil {
		return
	}
	t.assignment.Active.Source = nil
	if t.path.Kind != schema.RepositoryTests {
		t.assignment.Active.Pins = schema.Pins{}
	}
}

// repository returns the row that the path names, without its id.
func (t *target) repository() schema.Repository {
	r := schema.Repository{Kind: t.path.Kind, CourseID: t.course.ID, AssignmentID: t.assignment.ID}
	switch t.path.Kind {
	case schema.RepositoryOwn:
		r.Owner = t.owner
	case schema.RepositoryOwner:
		r.Kind, r.Owner = schema.RepositoryOwn, t.path.Owner
	}
	return r
}

// work returns COURSE/ASSIGNMENT/OWNER for a path to somebody's work, "" for tests and courses.
func (t *target) work() string {
	if owner := t.repository().Owner; owner != "" {
		return schema.SubmissionName{Course: t.path.Course, Assignment: t.path.Assignment, Owner: owner}.String()
	}
	return ""
}

func (t *target) zone() *time.Location { return t.course.Location() }

// flavour returns the flavour on which the assignment's jobs run.
func (t *target) flavour() string {
	if t.spec != nil && t.spec.Flavour != "" {
		return t.spec.Flavour
	}
	return t.course.Flavour
}

// ensure creates the assignment and the repository if they do not exist.
func (s *services) ensure(ctx context.Context, t *target) (schema.Repository, error) {
	if t.assignment.ID == 0 && t.path.Kind != schema.RepositoryCourse {
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
