package store

import (
	"context"
	"time"

	"github.com/grader/grader/schema"
)

// kept is a push that was received after the end and not graded.
type kept struct {
	id, assignment int64
	owner          string
	received       time.Time
}

func scanKept(r row) (k kept, err error) {
	err = r.Scan(&k.id, &k.assignment, &k.owner, instant{&k.received})
	return k, err
}

// gradeKept queues the kept pushes of an owner ("" means everybody) and of a person's teams
// that are no longer after the end. It returns their number.
func (s *grading) gradeKept(ctx context.Context, t *tx, courseID int64, owner string, now time.Time) (int, error) {
	all, err := list(ctx, t, scanKept, `SELECT s.id, s.assignment_id, s.owner, s.received_at FROM assignments a JOIN submissions s ON s.assignment_id = a.id
		WHERE a.course_id = ?1 AND s.kept = 1 AND (?2 = '' OR s.owner = ?2
			OR s.owner = (SELECT m.team FROM seats m WHERE m.assignment_id = s.assignment_id AND m.login = ?2 AND m.left_at = 0)) ORDER BY s.received_at, s.id`, courseID, owner)
	if err != nil {
		return 0, err
	}
	queued := 0
	for _, k := range all {
		counts, err := s.beforeEnd(ctx, t, k)
		if err != nil {
			return 0, err
		}
		if !counts {
			continue
		}
		if err := t.grade(ctx, courseID, k, now); err != nil {
			return 0, err
		}
		queued++
	}
	return queued, nil
}

func (s *grading) beforeEnd(ctx context.Context, t *tx, k kept) (bool, error) {
	a, err := one(ctx, t, scanAssignment, `SELECT * FROM assignment_rows WHERE id = ?`, k.assignment)
	if err != nil || a.Active == nil {
		return false, err
	}
	_, schedule, err := s.scheduleOf(ctx, t, a, k.owner)
	return !schedule.Ended(k.received), err
}

// grade queues a kept push against the active version.
func (t *tx) grade(ctx context.Context, courseID int64, k kept, now time.Time) error {
	v, err := one(ctx, t, scanActive, `SELECT id, flavour FROM versions WHERE assignment_id = ? AND state = 'active'`, k.assignment)
	if err != nil {
		return err
	}
	job, err := t.addJob(ctx, schema.Job{Kind: schema.JobGrade, Submission: k.id, VersionID: v.id, CourseID: courseID,
		Owner: k.owner, Lane: schema.LaneOvertaken, Flavour: v.flavour, QueuedAt: now}, false)
	if err != nil {
		return err
	}
	_, err = t.exec(ctx, `UPDATE submissions SET job_id = ?, kept = 0 WHERE id = ?`, job, k.id)
	return err
}
