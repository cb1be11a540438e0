package store

import (
	"context"

	"github.com/grader/grader/course"
)

const (
	// outcomeBatch is the number of results whose outcomes one transaction derives.
	outcomeBatch = 100
	// outcomeLog is the number of results after which the progress is logged.
	outcomeLog = 100 * outcomeBatch
)

// derived is a job with the outcomes of its result. err is set if the result cannot be decoded.
type derived struct {
	job int64
	course.ClassResult
	lost bool // the result has no outcomes: see storedResult.lost
	err  error
}

// scanDerived derives outcomes while it scans, so that only one whole result is in memory.
func scanDerived(r row) (d derived, err error) {
	var stored storedResult
	if err := r.Scan(&d.job, &stored); err != nil {
		return d, err
	}
	d.lost, d.err = stored.lost(), stored.err
	if !d.lost {
		d.ClassResult = course.NewClassResult(stored.result.Outcomes())
	}
	return d, nil
}

// fillOutcomes derives the outcomes of results that were stored by an earlier program, if their form
// is not outcomeForm. A call that was interrupted is continued by the next one. It leaves out
// results that cannot be decoded, so that one damaged result does not prevent the start.
func (s *grading) fillOutcomes(ctx context.Context) error {
	filled, err := one(ctx, s.reader, value[bool], `SELECT form = ? AND complete FROM outcome_progress`, outcomeForm)
	if err != nil || filled {
		return err
	}
	all, err := one(ctx, s.reader, value[int], `SELECT count(*) FROM results r JOIN jobs j ON j.id = r.job_id WHERE j.kind IN ('grade', 'regrade')
		AND r.job_id > coalesce((SELECT job_id FROM outcome_progress WHERE form = ?), 0)`, outcomeForm)
	if err != nil {
		return err
	}
	if all > 0 {
		s.logger.Info("deriving what the pages of classes show from stored results; the server starts when this is complete", "results", all)
	}
	done := 0
	for !filled {
		var some []derived
		err := s.write(ctx, "derive outcomes", func(t *tx) error {
			some, err = t.fillSomeOutcomes(ctx)
			return err
		})
		if err != nil {
			return err
		}
		if err := s.logUndecoded(ctx, some); err != nil {
			return err
		}
		done += len(some)
		filled = len(some) < outcomeBatch
		if done%outcomeLog == 0 && done > 0 || filled && all > 0 {
			s.logger.Info("derived what the pages of classes show", "results", done, "of", all)
		}
	}
	return nil
}

// logUndecoded logs the results that were left out, and how to replace those that pages show.
func (s *grading) logUndecoded(ctx context.Context, all []derived) error {
	for _, d := range all {
		if d.err == nil {
			continue
		}
		shown, err := list(ctx, s.reader, value[string], `SELECT c.code || '/' || a.name || '/' || s.owner || '/' || s.number FROM submissions s
			JOIN assignments a ON a.id = s.assignment_id JOIN courses c ON c.id = a.course_id
			WHERE s.done_job_id = ?1 AND s.id = (SELECT submission_id FROM jobs WHERE id = ?1)`, d.job)
		if err != nil {
			return err
		}
		advice := "no page shows it"
		for _, name := range shown {
			advice = rerunAdvice(name)
		}
		s.logger.Error("a stored result cannot be read; "+advice, "job", d.job, "error", d.err)
	}
	return nil
}

// fillSomeOutcomes derives the next outcomes. It returns fewer than outcomeBatch when all are done.
func (t *tx) fillSomeOutcomes(ctx context.Context) ([]derived, error) {
	if _, err := t.exec(ctx, `UPDATE outcome_progress SET form = ?1, job_id = 0, complete = 0, rewritten = rewritten + 1 WHERE form <> ?1`, outcomeForm); err != nil {
		return nil, err
	}
	some, err := list(ctx, t, scanDerived, `SELECT r.job_id, r.body FROM results r JOIN jobs j ON j.id = r.job_id
		WHERE r.job_id > (SELECT job_id FROM outcome_progress) AND j.kind IN ('grade', 'regrade') ORDER BY r.job_id LIMIT ?`, outcomeBatch)
	if err != nil {
		return nil, err
	}
	last := int64(0)
	for _, d := range some {
		last = d.job
		if d.lost {
			_, err = t.exec(ctx, `DELETE FROM outcomes WHERE job_id = ?`, d.job)
		} else {
			err = t.putOutcomes(ctx, d.job, d.ClassResult)
		}
		if err != nil {
			return nil, err
		}
	}
	_, err = t.exec(ctx, `UPDATE outcome_progress SET job_id = max(job_id, ?), complete = ?`, last, len(some) < outcomeBatch)
	return some, err
}
