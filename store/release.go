package store

import (
	"context"
	"time"

	"github.com/grader/grader/schema"
)

// Release returns a job whose runner is gone to its old place in the queue, or fails it after
// schema.MaxAttempts. It returns the event. reason is shown to people. CodeStale: the attempt
// is not the current one or has ended.
func (s *QueueTables) Release(ctx context.Context, job int64, attempt int, reason string, now time.Time) (e schema.Event, err error) {
	err = s.write(ctx, "release", func(t *tx) error {
		j, err := t.fenced(ctx, job, attempt)
		if err != nil {
			return err
		}
		uncounted, err := one(ctx, t, value[int], `SELECT uncounted FROM jobs WHERE id = ?`, job)
		if err != nil {
			return err
		}
		if attempt-uncounted >= schema.MaxAttempts {
			e, err = t.fail(ctx, j, reason, now)
			return err
		}
		e, err = t.requeue(ctx, j, reason, now)
		return err
	})
	return e, err
}

// Return is Release for an attempt that neither the job nor its runner caused to end. The
// attempt keeps its number, but does not count towards schema.MaxAttempts.
func (s *QueueTables) Return(ctx context.Context, job int64, attempt int, reason string, now time.Time) (e schema.Event, err error) {
	err = s.write(ctx, "return", func(t *tx) error {
		j, err := t.fenced(ctx, job, attempt)
		if err != nil {
			return err
		}
		if _, err := t.exec(ctx, `UPDATE jobs SET uncounted = uncounted + 1 WHERE id = ?`, job); err != nil {
			return err
		}
		e, err = t.requeue(ctx, j, reason, now)
		return err
	})
	return e, err
}

// requeue queues a job again. It keeps queued_at, so that the job keeps its place.
func (t *tx) requeue(ctx context.Context, j schema.Job, reason string, now time.Time) (schema.Event, error) {
	if _, err := t.exec(ctx, `UPDATE jobs SET state = 'queued', runner = '', reason = ?, assigned_at = 0, started_at = 0, lease_until = 0
		WHERE id = ?`, reason, j.ID); err != nil {
		return schema.Event{}, err
	}
	return t.addEvent(ctx, j.ID, schema.Event{Kind: schema.EventRequeued, Attempt: j.Attempt, At: now, Text: reason})
}

// fail ends a job without a result. A candidate whose gate job fails this way stays a candidate
// until the gate is retried.
func (t *tx) fail(ctx context.Context, j schema.Job, reason string, now time.Time) (schema.Event, error) {
	if _, err := t.exec(ctx, `UPDATE jobs SET state = 'failed', reason = ?, ended_at = ?, lease_until = 0 WHERE id = ?`,
		reason, micros(now), j.ID); err != nil {
		return schema.Event{}, err
	}
	return t.addEvent(ctx, j.ID, schema.Event{Kind: schema.EventEnded, State: schema.StateFailed, Attempt: j.Attempt, At: now, Text: reason})
}
