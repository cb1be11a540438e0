package store

import (
	"context"

	"github.com/grader/grader/schema"
)

// Limits on the data that a runner may store.
const (
	maxEvent  = 1 << 20  // bytes of one event as JSON
	maxResult = 32 << 20 // bytes of a result as JSON
)

func scanEvent(r row) (e schema.Event, err error) {
	var stored storedResult
	var name string
	err = r.Scan(decoded{&e}, &e.Seq, &stored, &name)
	e.Result = stored.orAdvice(func() string {
		if name == "" { // of a try or a gate
			return "push again"
		}
		return rerunAdvice(name)
	})
	return e, err
}

// Events returns at most limit events of a job after seq. Events of a lost attempt are
// included, with their Attempt.
func (s *QueueTables) Events(ctx context.Context, job, seq int64, limit int) ([]schema.Event, error) {
	return list(ctx, s.reader, scanEvent, `SELECT e.body, e.seq, r.body, iif(e.kind = 'ended', coalesce((SELECT c.code || '/' || a.name || '/' || s.owner || '/' || s.number
			FROM jobs j JOIN submissions s ON s.id = j.submission_id JOIN assignments a ON a.id = s.assignment_id JOIN courses c ON c.id = a.course_id WHERE j.id = e.job_id), ''), '')
		FROM events e LEFT JOIN results r ON r.job_id = e.job_id AND e.kind = 'ended'
		WHERE e.job_id = ? AND e.seq > ? ORDER BY e.seq LIMIT ?`, job, seq, limit)
}

// addEvent stores an event without its Result, with the job's next sequence number.
func (t *tx) addEvent(ctx context.Context, job int64, e schema.Event) (schema.Event, error) {
	seq, err := one(ctx, t, value[int64], `UPDATE jobs SET event_seq = event_seq + 1 WHERE id = ? RETURNING event_seq`, job)
	if err != nil {
		return e, err
	}
	e.Seq, e.At = seq, e.At.UTC()
	result := e.Result
	e.Result = nil
	body, err := encode(e)
	if err != nil {
		return e, err
	}
	if len(body) > maxEvent {
		return e, schema.Errorf(schema.CodeLimit, "an event may have %d bytes; this one has %d", maxEvent, len(body))
	}
	e.Result = result
	_, err = t.exec(ctx, `INSERT INTO events (job_id, seq, kind, body) VALUES (?, ?, ?, ?)`, job, seq, e.Kind, body)
	if err == nil && e.Kind == schema.EventEnded {
		err = t.tellGitHub(ctx, e.At, job)
	}
	if err == nil && e.Kind == schema.EventEnded {
		err = t.notifyEnded(ctx, e.At, job)
	}
	return e, err
}

// Append stores events of the current attempt and returns them with their sequence numbers. The
// first event moves the job from assigned to running. first is the number of events that the
// sender sent before these in this attempt; events that are already stored are dropped.
// CodeStale: the attempt is over. CodeConflict: events before first are missing. CodeLimit: an
// event is too large.
func (s *QueueTables) Append(ctx context.Context, job int64, attempt int, first int, events []schema.Event) (stored []schema.Event, err error) {
	err = s.write(ctx, "append events", func(t *tx) error {
		j, err := t.fenced(ctx, job, attempt)
		if err != nil {
			return err
		}
		fresh, err := t.fresh(ctx, job, first, events)
		if err != nil || len(fresh) == 0 {
			return err
		}
		if err := t.start(ctx, j, s.clock()); err != nil {
			return err
		}
		stored = make([]schema.Event, 0, len(fresh))
		for _, e := range fresh {
			e.Attempt = attempt
			if e, err = t.addEvent(ctx, job, e); err != nil {
				return err
			}
			stored = append(stored, e)
		}
		_, err = t.exec(ctx, `UPDATE jobs SET sent = sent + ? WHERE id = ?`, len(fresh), job)
		return err
	})
	return stored, err
}

// fresh returns the events that are not stored yet.
func (t *tx) fresh(ctx context.Context, job int64, first int, events []schema.Event) ([]schema.Event, error) {
	sent, err := one(ctx, t, value[int], `SELECT sent FROM jobs WHERE id = ?`, job)
	if err != nil {
		return nil, err
	}
	if first < 0 || first > sent {
		return nil, schema.Errorf(schema.CodeConflict, "the events begin at %d, but only %d were stored before", first, sent)
	}
	return events[min(sent-first, len(events)):], nil
}
