package store

import (
	"context"
	"time"

	"github.com/grader/grader/schema"
)

// ApplyRegrade replaces the results of a staged set's submissions and recomputes the grades, in
// one transaction per owner. Applying a set again finishes an interrupted application. An
// undone set is applied from the start. CodeRefused: the set is not staged. CodeConflict: the
// assignment has another open set.
func (s *RegradeTables) ApplyRegrade(ctx context.Context, by schema.Actor, set schema.Regrade) error {
	now := s.clock()
	var before schema.RegradeState
	err := s.write(ctx, "apply regrade set", func(t *tx) error {
		is, err := regrade(ctx, t, set.ID)
		if err != nil {
			return err
		}
		if is.Done < is.Total {
			return schema.Errorf(schema.CodeRefused, "regrade set %d is still running: %d of %d submissions are graded", set.ID, is.Done, is.Total)
		}
		if is.State == schema.RegradeUndone { // an undone set is applied as if for the first time
			if _, err := t.exec(ctx, `UPDATE regraded SET applied_at = 0, undone_at = 0 WHERE regrade_id = ?`, set.ID); err != nil {
				return err
			}
		}
		before, err = moveRegrade(ctx, t, set.ID, schema.RegradeApplying, now, regradeOpen, schema.RegradeApplying, schema.RegradeUndone)
		return err
	})
	if err != nil {
		return err
	}
	owners, err := list(ctx, s.reader, value[string], `SELECT DISTINCT owner FROM regraded WHERE regrade_id = ? AND tally IS NOT NULL AND applied_at = 0 ORDER BY owner`, set.ID)
	if err != nil {
		return err
	}
	for _, owner := range owners {
		if err := s.write(ctx, "apply regrade set", func(t *tx) error { return s.applyTo(ctx, t, set, owner, now) }); err != nil {
			return err
		}
	}
	return s.write(ctx, "apply regrade set", func(t *tx) error {
		if _, err := moveRegrade(ctx, t, set.ID, schema.RegradeApplied, now, schema.RegradeApplying); err != nil {
			return err
		}
		return auditRegrade(ctx, t, by, set, "regrade.apply", before, schema.RegradeApplied, now)
	})
}

// applyTo replaces the results of one owner's submissions.
func (s *RegradeTables) applyTo(ctx context.Context, t *tx, set schema.Regrade, owner string, now time.Time) error {
	before, err := grade(ctx, t, set.Assignment, owner)
	if err != nil {
		return err
	}
	for _, text := range []string{
		`UPDATE regraded SET before_job = (SELECT done_job_id FROM submissions WHERE id = submission_id), before_tally = (SELECT tally FROM submissions WHERE id = submission_id), applied_at = ?3
		WHERE regrade_id = ?1 AND owner = ?2 AND tally IS NOT NULL`,
		`UPDATE submissions SET done_job_id = r.job_id, tally = r.tally, job_id = iif((SELECT state FROM jobs WHERE id = submissions.job_id) IN ('queued', 'assigned', 'running'), submissions.job_id, r.job_id)
		FROM regraded r WHERE r.regrade_id = ?1 AND r.owner = ?2 AND r.applied_at = ?3 AND submissions.id = r.submission_id`,
	} {
		if _, err := t.exec(ctx, text, set.ID, owner, micros(now)); err != nil {
			return err
		}
	}
	return s.recomputeRegraded(ctx, t, set, owner, before, now)
}

// recomputeRegraded recomputes an owner's grades and stores the changes by the set.
func (s *RegradeTables) recomputeRegraded(ctx context.Context, t *tx, set schema.Regrade, owner string, before schema.Grade, now time.Time) error {
	courseID, err := one(ctx, t, value[int64], `SELECT course_id FROM assignments WHERE id = ?`, set.Assignment)
	if err != nil {
		return err
	}
	if err := s.updateGrades(ctx, t, courseID, owner, now); err != nil {
		return err
	}
	if err := t.tellGitHubAgain(ctx, now, courseID, set.Assignment, owner); err != nil {
		return err
	}
	after, err := grade(ctx, t, set.Assignment, owner)
	if err != nil {
		return err
	}
	if err := notifyRegraded(ctx, t, now, set.Assignment, owner, before, after); err != nil {
		return err
	}
	_, err = t.exec(ctx, `UPDATE regraded SET before_final = ?, after_final = ?, before_seen = ?, after_seen = ? WHERE regrade_id = ? AND owner = ?`,
		exact{&before.Final}, exact{&after.Final}, finalSeen(before), finalSeen(after), set.ID, owner)
	return err
}

// finalSeen returns the exact final points that the owner sees, or "" if the owner sees the
// whole grade.
func finalSeen(g schema.Grade) string {
	if g.Seen == nil {
		return ""
	}
	text, _ := g.Seen.Final.MarshalText() // a number can always be encoded
	return string(text)
}

// UndoRegrade restores the results that an applied set replaced, in one transaction per
// owner. It returns the skipped owners with the reasons.
func (s *RegradeTables) UndoRegrade(ctx context.Context, by schema.Actor, set schema.Regrade) (skipped map[string]string, err error) {
	now := s.clock()
	if set.State != schema.RegradeApplied {
		return nil, schema.Errorf(schema.CodeRefused, "regrade set %d is %s; only an applied set can be undone", set.ID, set.State)
	}
	owners, err := list(ctx, s.reader, value[string], `SELECT DISTINCT owner FROM regraded WHERE regrade_id = ? AND applied_at > 0 AND undone_at = 0 ORDER BY owner`, set.ID)
	if err != nil {
		return nil, err
	}
	skipped = make(map[string]string)
	for _, owner := range owners {
		err := s.write(ctx, "undo regrade set", func(t *tx) error {
			why, err := cannotUndo(ctx, t, set, owner)
			if err != nil {
				return err
			}
			if why != "" {
				skipped[owner] = why
				return nil
			}
			return s.undoFor(ctx, t, set, owner, now)
		})
		if err != nil {
			return nil, err
		}
	}
	return skipped, s.write(ctx, "undo regrade set", func(t *tx) error {
		before, err := moveRegrade(ctx, t, set.ID, schema.RegradeUndone, now, schema.RegradeApplied)
		if err != nil {
			return err
		}
		return auditRegrade(ctx, t, by, set, "regrade.undo", before, schema.RegradeUndone, now)
	})
}

// cannotUndo returns the reason to keep an owner's results, or "" if nothing has changed since.
func cannotUndo(ctx context.Context, t *tx, set schema.Regrade, owner string) (string, error) {
	again, err := one(ctx, t, value[int], `SELECT count(*) FROM regraded r JOIN submissions s ON s.id = r.submission_id
		WHERE r.regrade_id = ? AND r.owner = ? AND r.applied_at > 0 AND s.done_job_id <> r.job_id`, set.ID, owner)
	if err != nil || again > 0 {
		return "graded again since", err
	}
	pushed, err := one(ctx, t, value[int], `SELECT count(*) FROM submissions s WHERE s.assignment_id = ?1 AND s.owner = ?2 AND s.try_out = 0
		AND s.received_at > (SELECT max(applied_at) FROM regraded WHERE regrade_id = ?3 AND owner = ?2)`, set.Assignment, owner, set.ID)
	if err != nil || pushed > 0 {
		return "pushed since", err
	}
	return "", nil
}

func (s *RegradeTables) undoFor(ctx context.Context, t *tx, set schema.Regrade, owner string, now time.Time) error {
	before, err := grade(ctx, t, set.Assignment, owner)
	if err != nil {
		return err
	}
	for _, text := range []string{
		`UPDATE submissions SET done_job_id = r.before_job, tally = r.before_tally, job_id = iif(submissions.job_id = r.job_id, coalesce(r.before_job, r.job_id), submissions.job_id)
		FROM regraded r WHERE r.regrade_id = ?1 AND r.owner = ?2 AND r.applied_at > 0 AND submissions.id = r.submission_id`,
		`UPDATE regraded SET undone_at = ?3 WHERE regrade_id = ?1 AND owner = ?2`,
	} {
		if _, err := t.exec(ctx, text, set.ID, owner, micros(now)); err != nil {
			return err
		}
	}
	courseID, err := one(ctx, t, value[int64], `SELECT course_id FROM assignments WHERE id = ?`, set.Assignment)
	if err != nil {
		return err
	}
	if err := s.updateGrades(ctx, t, courseID, owner, now); err != nil {
		return err
	}
	after, err := grade(ctx, t, set.Assignment, owner)
	if err != nil {
		return err
	}
	if err := notifyRegraded(ctx, t, now, set.Assignment, owner, before, after); err != nil {
		return err
	}
	return t.tellGitHubAgain(ctx, now, courseID, set.Assignment, owner)
}
