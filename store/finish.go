package store

import (
	"context"
	"time"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// Finish stores the result and the last event and ends the job. The last result of a gate's
// parts also activates the version, with its pins, or rejects it. A second Finish of the same
// attempt returns the event of the first. CodeStale: the attempt is over. CodeInvalid: the result
// reports a machine failure; call Release to give the job to another runner.
func (s *QueueTables) Finish(ctx context.Context, job int64, attempt int, r schema.Result, now time.Time) (e schema.Event, err error) {
	if r.Outcome == schema.OutcomeInfrastructureError {
		return schema.Event{}, schema.Errorf(schema.CodeInvalid, "a job whose machine failed is released, not finished")
	}
	err = s.write(ctx, "finish", func(t *tx) error {
		j, err := t.fenced(ctx, job, attempt)
		if schema.CodeOf(err) == schema.CodeStale && j.State == schema.StateDone && j.Attempt == attempt {
			e, err = t.ended(ctx, job)
			return err
		}
		if err != nil {
			return err
		}
		e, err = s.finish(ctx, t, j, r, now)
		return err
	})
	return e, err
}

func (t *tx) ended(ctx context.Context, job int64) (schema.Event, error) {
	return one(ctx, t, scanEvent, `SELECT e.body, e.seq, r.body, iif(e.kind = 'ended', coalesce((SELECT c.code || '/' || a.name || '/' || s.owner || '/' || s.number
			FROM jobs j JOIN submissions s ON s.id = j.submission_id JOIN assignments a ON a.id = s.assignment_id JOIN courses c ON c.id = a.course_id WHERE j.id = e.job_id), ''), '')
		FROM events e JOIN results r ON r.job_id = e.job_id WHERE e.job_id = ? AND e.kind = 'ended'`, job)
}

func (s *QueueTables) finish(ctx context.Context, t *tx, j schema.Job, r schema.Result, now time.Time) (schema.Event, error) {
	if err := t.addResult(ctx, j, r); err != nil {
		return schema.Event{}, err
	}
	if err := t.start(ctx, j, now); err != nil {
		return schema.Event{}, err
	}
	if _, err := t.exec(ctx, `UPDATE jobs SET state = 'done', ended_at = ?, lease_until = 0 WHERE id = ?`, micros(now), j.ID); err != nil {
		return schema.Event{}, err
	}
	if err := s.applyResult(ctx, t, j, r, now); err != nil {
		return schema.Event{}, err
	}
	return t.addEvent(ctx, j.ID, schema.Event{Kind: schema.EventEnded, State: schema.StateDone, Attempt: j.Attempt, At: now, Result: &r})
}

func (t *tx) addResult(ctx context.Context, j schema.Job, r schema.Result) error {
	body, err := encode(r)
	if err != nil {
		return err
	}
	if len(body) > maxResult {
		return schema.Errorf(schema.CodeLimit, "a result may have %d bytes; this one has %d", maxResult, len(body))
	}
	if _, err = t.exec(ctx, `INSERT INTO results (job_id, body) VALUES (?, ?)`, j.ID, body); err != nil {
		return err
	}
	short, err := encode(r.Summary())
	if err != nil {
		return err
	}
	if _, err = t.exec(ctx, `INSERT INTO summaries (job_id, body) VALUES (?, ?)`, j.ID, short); err != nil {
		return err
	}
	if j.Kind != schema.JobGrade && j.Kind != schema.JobRegrade {
		return nil // pages of a class show only submissions
	}
	return t.putOutcomes(ctx, j.ID, course.NewClassResult(r.Outcomes()))
}

// applyResult applies the result to the graded submission or version. It ignores the result
// of a try.
func (s *QueueTables) applyResult(ctx context.Context, t *tx, j schema.Job, r schema.Result, now time.Time) error {
	switch j.Kind {
	case schema.JobGate:
		return s.finishGatePart(ctx, t, j, now)
	case schema.JobRegrade:
		return stage(ctx, t, j, r)
	case schema.JobTry:
		return nil // a try does not count
	}
	if _, err := t.exec(ctx, `UPDATE submissions SET done_job_id = ? WHERE id = ?`, j.ID, j.Submission); err != nil {
		return err
	}
	return s.tally(ctx, t, j, r, now)
}
