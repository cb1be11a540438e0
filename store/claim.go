package store

import (
	"context"
	"time"

	"github.com/grader/grader/schema"
)

// gateTurn is the number of other claims between two gates while both kinds wait.
const gateTurn = 7

// Claim assigns the best queued job of the flavour to the runner, counts its attempt up, stores
// an EventAssigned and returns the job. CodeNotFound: no job is queued.
//
// Claim serves the lowest lane first. After seven claims of other lanes in a row it serves a
// gate, so that a steady stream of pushes cannot keep an instructor waiting forever. Within the
// lane it picks the course, and within the course the owner, with the fewest running jobs, then
// the fewest waiting jobs, then the longest wait. It picks the oldest job of that owner.
// Triggers in the migrations maintain the counters for this order, so a claim reads a few index
// entries even when the queue is long.
func (s *QueueTables) Claim(ctx context.Context, runner, flavour string, now time.Time, lease time.Duration) (schema.Job, error) {
	return s.claim(ctx, runner, flavour, now, lease, schema.LaneRegrade)
}

// ClaimLive is Claim without the regrade lane.
func (s *QueueTables) ClaimLive(ctx context.Context, runner, flavour string, now time.Time, lease time.Duration) (schema.Job, error) {
	return s.claim(ctx, runner, flavour, now, lease, schema.LaneOvertaken)
}

// claim assigns the best job of the lanes up to last.
func (s *QueueTables) claim(ctx context.Context, runner, flavour string, now time.Time, lease time.Duration, last schema.Lane) (j schema.Job, err error) {
	err = s.write(ctx, "claim", func(t *tx) error {
		id, err := one(ctx, t, value[int64], `UPDATE jobs
			SET state = 'assigned', attempt = attempt + 1, runner = ?1, assigned_at = ?3, lease_until = ?4, reason = '', sent = 0
			WHERE id = (
				SELECT j.id FROM jobs j
				WHERE j.state = 'queued' AND (j.flavour, j.lane, j.course_id, j.owner) = (
					SELECT o.flavour, o.lane, o.course_id, o.owner FROM queue_owners o
					WHERE (o.flavour, o.lane, o.course_id) = (
						SELECT c.flavour, c.lane, c.course_id FROM queue_courses c WHERE c.flavour = ?2 AND c.lane <= ?7
						ORDER BY c.lane = ?5 AND coalesce((SELECT q.since_gate >= ?6 FROM queue_turns q WHERE q.flavour = ?2), 1) DESC, c.lane,
							coalesce((SELECT b.busy FROM queue_busy b WHERE b.course_id = c.course_id), 0),
							c.waiting,
							(SELECT min(h.head) FROM queue_owners h WHERE h.flavour = c.flavour AND h.lane = c.lane AND h.course_id = c.course_id),
							c.course_id
						LIMIT 1)
					ORDER BY o.busy, o.waiting, o.head, o.owner LIMIT 1)
				ORDER BY j.queued_at, j.id LIMIT 1)
			RETURNING id`, runner, flavour, micros(now), micros(now.Add(lease)), schema.LaneGate, gateTurn, last)
		if err != nil {
			return missing(err, "no job is queued")
		}
		if _, err := t.exec(ctx, `UPDATE runners SET job_id = ? WHERE id = ?`, id, runner); err != nil {
			return err
		}
		if j, err = job(ctx, t, id); err != nil {
			return err
		}
		if _, err = t.exec(ctx, `INSERT INTO queue_turns (flavour, since_gate) VALUES (?1, ?2 <> ?3)
			ON CONFLICT DO UPDATE SET since_gate = (since_gate + 1) * (?2 <> ?3)`, flavour, j.Lane, schema.LaneGate); err != nil {
			return err
		}
		_, err = t.addEvent(ctx, id, schema.Event{Kind: schema.EventAssigned, Attempt: j.Attempt, At: now})
		return err
	})
	return j, err
}
