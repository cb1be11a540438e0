package store

import (
	"context"
	"time"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// grading recomputes grades in the transaction of the change that affects them. A family of
// tables embeds it if its changes affect grades.
type grading struct {
	*database
	specs   assignment.Cache // parsed specifications of active versions
	damaged loggedJobs       // jobs whose outcomes cannot be read
}

// recompute updates the grades of an owner ("" means everybody) after a change of times. It
// queues the kept pushes that are no longer after the end, and returns their number.
func (s *grading) recompute(ctx context.Context, t *tx, courseID int64, owner string, now time.Time) (queued int, err error) {
	if owner == "" {
		err = s.updateCourseGrades(ctx, t, courseID, now)
	} else {
		err = s.updateGrades(ctx, t, courseID, owner, now)
	}
	if err != nil {
		return 0, err
	}
	if err := t.tellGitHubAgain(ctx, now, courseID, 0, owner); err != nil {
		return 0, err
	}
	return s.gradeKept(ctx, t, courseID, owner, now)
}

// changes recomputes the grades of a course and returns the changed ones, by owner and
// assignment.
func (s *grading) changes(ctx context.Context, t *tx, courseID int64, now time.Time) ([]schema.GradeChange, error) {
	before, err := gradesOf(ctx, t, courseID, "")
	if err != nil {
		return nil, err
	}
	if _, err := s.recompute(ctx, t, courseID, "", now); err != nil {
		return nil, err
	}
	after, err := gradesOf(ctx, t, courseID, "")
	if err != nil {
		return nil, err
	}
	old := make(map[work]schema.Grade, len(before))
	for _, g := range before {
		old[work{g.AssignmentID, g.Owner}] = g
	}
	var changes []schema.GradeChange
	for _, g := range after {
		was := old[work{g.AssignmentID, g.Owner}]
		if !was.Final.Equal(g.Final) || was.Number != g.Number || was.Tokens != g.Tokens {
			changes = append(changes, schema.GradeChange{Assignment: g.Assignment, Owner: g.Owner, Before: was, After: g})
		}
	}
	return changes, nil
}

// scheduleOf returns the active specification of an assignment and the owner's schedule.
func (s *grading) scheduleOf(ctx context.Context, q querier, a schema.Assignment, owner string) (*assignment.Spec, course.Schedule, error) {
	spec, err := s.activeSpec(a)
	if err != nil {
		return nil, course.Schedule{}, err
	}
	if spec.Due.IsZero() {
		return spec, course.ScheduleOf(spec, a.Course.Location(), nil, nil), nil
	}
	w := work{a.ID, owner}
	h, err := readTimes(ctx, q, a.Course, []work{w})
	if err != nil {
		return nil, course.Schedule{}, err
	}
	return spec, h.pushTimes(spec, w), nil
}

// activeSpec returns the active specification of an assignment, or an empty one if no version
// is active.
func (s *grading) activeSpec(a schema.Assignment) (*assignment.Spec, error) {
	if a.Active == nil {
		return new(assignment.Spec), nil
	}
	return s.specs.Parse(a.Active.ID, a.Active.Source, assignment.Context{Zone: a.Course.Location()})
}
