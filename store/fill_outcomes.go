package store

import (
	"context"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// outcomeBatch is the number of results whose outcomes one transaction derives.
const outcomeBatch = 100

// derived is a job with the outcomes of its result.
type derived struct {
	job int64
	course.ClassResult
}

// scanDerived derives outcomes while it scans, so that only one whole result is in memory.
func scanDerived(r row) (d derived, err error) {
	var result schema.Result
	err = r.Scan(&d.job, decoded{&result})
	d.ClassResult = course.NewClassResult(result.Outcomes())
	return d, err
}

// fillOutcomes derives the outcomes of results that were stored by an earlier program, if their form
// is not outcomeForm. A call that was interrupted is continued by the next one.
func (s *grading) fillOutcomes(ctx context.Context) error {
	filled, err := one(ctx, s.reader, value[bool], `SELECT form = ? AND complete FROM outcome_progress`, outcomeForm)
	for err == nil && !filled {
		err = s.write(ctx, "derive outcomes", func(t *tx) error {
			filled, err = t.fillSomeOutcomes(ctx)
			return err
		})
	}
	return err
}

// fillSomeOutcomes derives the next outcomes and reports whether all are done.
func (t *tx) fillSomeOutcomes(ctx context.Context) (done bool, err error) {
	if _, err := t.exec(ctx, `UPDATE outcome_progress SET form = ?1, job_id = 0, complete = 0, rewritten = rewritten + 1 WHERE form <> ?1`, outcomeForm); err != nil {
		return false, err
	}
	some, err := list(ctx, t, scanDerived, `SELECT r.job_id, r.body FROM results r JOIN jobs j ON j.id = r.job_id
		WHERE r.job_id > (SELECT job_id FROM outcome_progress) AND j.kind IN ('grade', 'regrade') ORDER BY r.job_id LIMIT ?`, outcomeBatch)
	if err != nil {
		return false, err
	}
	for _, d := range some {
		if err := t.putOutcomes(ctx, d.job, d.ClassResult); err != nil {
			return false, err
		}
	}
	done = len(some) < outcomeBatch
	last := int64(0)
	if len(some) > 0 {
		last = some[len(some)-1].job
	}
	_, err = t.exec(ctx, `UPDATE outcome_progress SET job_id = max(job_id, ?), complete = ?`, last, done)
	return done, err
}
