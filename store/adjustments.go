package store

import (
	"context"
	"strconv"

	"github.com/grader/grader/schema"
)

func scanAdjustmentRow(r row) (a schema.Adjustment, err error) {
	err = r.Scan(&a.ID, &a.Owner, exact{&a.Points}, &a.Reason, &a.By, instant{&a.MadeAt})
	return a, err
}

// Adjust adds points to an owner's grade or subtracts them, and recomputes the grades.
func (s *GradeTables) Adjust(ctx context.Context, by schema.Actor, a schema.Assignment, owner string, points schema.Points, reason string) (added schema.Adjustment, err error) {
	now := s.clock()
	err = s.write(ctx, "adjust", func(t *tx) error {
		added, err = one(ctx, t, scanAdjustmentRow, `INSERT INTO adjustments (assignment_id, owner, points, reason, actor, made_at) VALUES (?, ?, ?, ?, ?, ?)
			RETURNING id, owner, points, reason, actor, made_at`, a.ID, owner, exact{&points}, reason, by.User.Login, micros(now))
		if err != nil {
			return err
		}
		if err := s.updateGrades(ctx, t, a.Course.ID, owner, now); err != nil {
			return err
		}
		if err := t.tellGitHubAgain(ctx, now, a.Course.ID, a.ID, owner); err != nil {
			return err
		}
		return t.audit(ctx, by, schema.AuditEntry{At: now, Action: "grade.adjust", Course: a.Course.Code, Subject: a.Path() + "/" + owner, After: points.String(), Detail: reason})
	})
	return added, err
}

// EndAdjustment removes an adjustment and recomputes its owner's grades. CodeNotFound: the
// assignment has no such adjustment.
func (s *GradeTables) EndAdjustment(ctx context.Context, by schema.Actor, a schema.Assignment, id int64) (ended schema.Adjustment, err error) {
	now := s.clock()
	err = s.write(ctx, "end adjustment", func(t *tx) error {
		ended, err = one(ctx, t, scanAdjustmentRow, `UPDATE adjustments SET ended_at = ? WHERE id = ? AND assignment_id = ? AND ended_at = 0
			RETURNING id, owner, points, reason, actor, made_at`, micros(now), id, a.ID)
		if err != nil {
			return missing(err, "%s has no adjustment %d", a.Path(), id)
		}
		if err := s.updateGrades(ctx, t, a.Course.ID, ended.Owner, now); err != nil {
			return err
		}
		if err := t.tellGitHubAgain(ctx, now, a.Course.ID, a.ID, ended.Owner); err != nil {
			return err
		}
		return t.audit(ctx, by, schema.AuditEntry{At: now, Action: "grade.unadjust", Course: a.Course.Code, Subject: a.Path() + "/" + ended.Owner, Before: ended.Points.String(), Detail: ended.Reason})
	})
	return ended, err
}

// Adjustments returns the active adjustments of an assignment, by owner.
func (s *GradeTables) Adjustments(ctx context.Context, assignment int64) ([]schema.Adjustment, error) {
	return list(ctx, s.reader, scanAdjustmentRow, `SELECT id, owner, points, reason, actor, made_at FROM adjustments
		WHERE assignment_id = ? AND ended_at = 0 ORDER BY owner, id`, assignment)
}

// Mark records which submission its owner wants to count, for assignments with counts: marked,
// and recomputes the grades.
func (s *GradeTables) Mark(ctx context.Context, by schema.Actor, a schema.Assignment, sub schema.Submission) error {
	now := s.clock()
	return s.write(ctx, "mark", func(t *tx) error {
		before, err := one(ctx, t, value[string], `SELECT coalesce((SELECT '#' || number FROM marks WHERE assignment_id = ? AND owner = ?), 'none marked')`, a.ID, sub.Name.Owner)
		if err != nil {
			return err
		}
		_, err = t.exec(ctx, `INSERT INTO marks (assignment_id, owner, number) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET number = excluded.number`,
			a.ID, sub.Name.Owner, sub.Name.Number)
		if err != nil {
			return err
		}
		if err := s.updateGrades(ctx, t, a.Course.ID, sub.Name.Owner, now); err != nil {
			return err
		}
		if err := t.tellGitHubAgain(ctx, now, a.Course.ID, a.ID, sub.Name.Owner); err != nil {
			return err
		}
		return t.audit(ctx, by, schema.AuditEntry{At: now, Action: "submission.mark", Course: a.Course.Code, Subject: sub.Name.String(),
			Before: before, After: "#" + strconv.Itoa(sub.Name.Number)})
	})
}
