package store

import (
	"context"
	"time"
)

// dueWork is an owner of a course whose grades must be recomputed.
type dueWork struct {
	course int64
	owner  string
}

func scanDueWork(r row) (w dueWork, err error) {
	err = r.Scan(&w.course, &w.owner)
	return w, err
}

// UpdateDueGrades recomputes the grades of owners who can no longer submit, because they now
// see more than when their counting submission was selected. Every reader of grades calls it
// first, so that all channels show the same grades. A periodic task calls it for grades that
// nobody reads.
func (s *grading) UpdateDueGrades(ctx context.Context) error {
	now := s.clock()
	due, err := list(ctx, s.reader, scanDueWork, `SELECT DISTINCT a.course_id, g.owner FROM grades g JOIN assignments a ON a.id = g.assignment_id
		WHERE g.anew_at > 0 AND g.anew_at <= ?`, micros(now))
	if err != nil || len(due) == 0 {
		return err
	}
	owners := make(map[int64][]string)
	for _, w := range due {
		owners[w.course] = append(owners[w.course], w.owner)
	}
	for course, of := range owners {
		if err := s.write(ctx, "update grades", func(t *tx) error { return s.updateDueGradesIn(ctx, t, course, of, now) }); err != nil {
			return err
		}
	}
	return nil
}

// updateDueGradesIn updates one course. It leaves a grade unchanged if the assignment can no
// longer be read.
func (s *grading) updateDueGradesIn(ctx context.Context, t *tx, course int64, owners []string, now time.Time) (err error) {
	if len(owners) == 1 {
		err = s.updateGrades(ctx, t, course, owners[0], now)
	} else {
		err = s.updateCourseGrades(ctx, t, course, now)
	}
	if err != nil {
		return err
	}
	for _, owner := range owners {
		if err := t.tellGitHubAgain(ctx, now, course, 0, owner); err != nil {
			return err
		}
	}
	_, err = t.exec(ctx, `UPDATE grades SET anew_at = 0 WHERE anew_at > 0 AND anew_at <= ? AND assignment_id IN (SELECT id FROM assignments WHERE course_id = ?)`,
		micros(now), course)
	return err
}
