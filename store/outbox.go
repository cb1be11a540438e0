package store

import (
	"context"
	"crypto/rand"
	"errors"
	"time"

	"github.com/grader/grader/schema"
)

func scanOutboxEntry(r row) (e schema.OutboxEntry, err error) {
	err = r.Scan(&e.ID, &e.Kind, &e.Key, &e.Receiver, &e.Body, &e.Token, instant{&e.MadeAt}, instant{&e.Due}, &e.Attempts, &e.LastError, instant{&e.FailedAt}, &e.Failures)
	return e, err
}

// WhenOutgoing sets a function that is called after each commit that added entries to the
// outbox. The function must not block.
func (s *OutboxTables) WhenOutgoing(f func()) { s.outgoing.Store(&f) }

// Enqueue adds entries to the outbox, all or none. Each replaces the undelivered entry of the
// same kind and key. If that entry is being delivered, the new one is delivered after it.
func (s *OutboxTables) Enqueue(ctx context.Context, entries ...schema.Outgoing) error {
	return s.write(ctx, "enqueue", func(t *tx) error {
		for _, e := range entries {
			if err := s.enqueue(ctx, t, e); err != nil {
				return err
			}
		}
		return nil
	})
}

// enqueue is Enqueue for one entry, inside the transaction that causes it.
func (s *database) enqueue(ctx context.Context, t *tx, e schema.Outgoing) error {
	return t.enqueue(ctx, s.clock(), e)
}

func (t *tx) enqueue(ctx context.Context, now time.Time, e schema.Outgoing) error {
	if e.Due.IsZero() {
		e.Due = now
	}
	t.outgoing = true
	_, err := t.exec(ctx, `INSERT INTO outbox (kind, entry_key, receiver, body, token, made_at, due_at) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (kind, entry_key) DO UPDATE SET receiver = excluded.receiver, body = excluded.body, token = excluded.token,
			made_at = excluded.made_at, due_at = excluded.due_at, attempts = 0, last_error = '', failed_at = 0`,
		e.Kind, e.Key, e.Receiver, e.Body, rand.Text(), micros(now), micros(e.Due))
	return err
}

// TakeOutgoing begins an attempt to deliver the entry of a kind that has been due longest. It
// counts the attempt first, so that an attempt interrupted by a crash is counted. It skips
// entries for busy receivers. CodeNotFound: nothing is due; next is the time when the next entry
// is due, zero if nothing waits.
func (s *OutboxTables) TakeOutgoing(ctx context.Context, kind string, busy []string, now time.Time) (e schema.OutboxEntry, next time.Time, err error) {
	receivers, err := encode(busy)
	if err != nil {
		return e, next, err
	}
	err = s.write(ctx, "take from the outbox", func(t *tx) error {
		id, err := one(ctx, t, value[int64], `SELECT w.id FROM outbox w LEFT JOIN outbox_pauses p ON p.kind = w.kind AND p.receiver = w.receiver
			WHERE w.kind = ?1 AND w.failed_at = 0 AND w.due_at <= ?2 AND coalesce(p.until_at, 0) <= ?2 AND w.receiver NOT IN (SELECT value FROM json_each(?3))
			ORDER BY w.due_at, w.id LIMIT 1`, kind, micros(now), receivers)
		if err != nil {
			next, err = nextOutgoing(ctx, t, kind, err)
			return err
		}
		if _, err := t.exec(ctx, `UPDATE outbox SET attempts = attempts + 1 WHERE id = ?`, id); err != nil {
			return err
		}
		e, err = one(ctx, t, scanOutboxEntry, `SELECT w.id, w.kind, w.entry_key, w.receiver, w.body, w.token, w.made_at, w.due_at, w.attempts, w.last_error, w.failed_at, coalesce(p.failures, 0)
			FROM outbox w LEFT JOIN outbox_pauses p ON p.kind = w.kind AND p.receiver = w.receiver WHERE w.id = ?`, id)
		return err
	})
	return e, next, err
}

// nextOutgoing returns the time when the next entry of a kind is due, if err says that none is due
// now.
func nextOutgoing(ctx context.Context, t *tx, kind string, err error) (time.Time, error) {
	if err = missing(err, "nothing is due"); schema.CodeOf(err) != schema.CodeNotFound {
		return time.Time{}, err
	}
	at, failed := one(ctx, t, value[int64], `SELECT coalesce(min(max(w.due_at, coalesce(p.until_at, 0))), 0)
		FROM outbox w LEFT JOIN outbox_pauses p ON p.kind = w.kind AND p.receiver = w.receiver WHERE w.kind = ? AND w.failed_at = 0`, kind)
	var next time.Time
	if at != 0 {
		next = time.UnixMicro(at).UTC()
	}
	return next, errors.Join(failed, err)
}

// Delivered removes an entry, and ends the pause of its receiver. An entry that replaced it while
// it was delivered stays.
func (s *OutboxTables) Delivered(ctx context.Context, e schema.OutboxEntry) error {
	return s.write(ctx, "close an outbox entry", func(t *tx) error {
		if _, err := t.exec(ctx, `DELETE FROM outbox WHERE token = ?`, e.Token); err != nil {
			return err
		}
		_, err := t.exec(ctx, `DELETE FROM outbox_pauses WHERE kind = ? AND receiver = ?`, e.Kind, e.Receiver)
		return err
	})
}

// Postpone ends an attempt that did not deliver. It does not pause a receiver without waiting
// entries, because such a receiver was removed.
func (s *OutboxTables) Postpone(ctx context.Context, e schema.OutboxEntry, p schema.Postponement) error {
	return s.write(ctx, "postpone an outbox entry", func(t *tx) error {
		if _, err := t.exec(ctx, `UPDATE outbox SET due_at = ?, last_error = ?, attempts = attempts - ? WHERE token = ?`, micros(p.Entry), p.Reason, p.Asked && !p.Reached, e.Token); err != nil {
			return err
		}
		if p.Receiver.IsZero() {
			return nil
		}
		_, err := t.exec(ctx, `INSERT INTO outbox_pauses (kind, receiver, until_at, failures) SELECT ?1, ?2, ?3, ?4 WHERE EXISTS (SELECT 1 FROM outbox WHERE kind = ?1 AND receiver = ?2)
			ON CONFLICT DO UPDATE SET until_at = max(until_at, excluded.until_at), failures = failures + excluded.failures`,
			e.Kind, e.Receiver, micros(p.Receiver), !p.Asked)
		return err
	})
}

// keepNotices is how long notices that were given up are kept.
const keepNotices = 14 * 24 * time.Hour

// GiveUp ends the attempts to deliver an entry. It stays in the outbox with the reason until it
// is retried or replaced. GiveUp also removes notices that were given up more than keepNotices
// ago.
func (s *OutboxTables) GiveUp(ctx context.Context, e schema.OutboxEntry, reason string) error {
	return s.write(ctx, "give up an outbox entry", func(t *tx) error {
		if _, err := t.exec(ctx, `DELETE FROM outbox WHERE kind IN (?, ?) AND failed_at > 0 AND failed_at < ?`, schema.OutgoingMail, schema.OutgoingWebhook, micros(s.clock().Add(-keepNotices))); err != nil {
			return err
		}
		_, err := t.exec(ctx, `UPDATE outbox SET failed_at = ?, last_error = ? WHERE token = ?`, micros(s.clock()), reason, e.Token)
		return err
	})
}

// Outbox returns at most limit undelivered entries, given-up ones first, then by due time.
func (s *OutboxTables) Outbox(ctx context.Context, limit int) ([]schema.OutboxEntry, error) {
	return list(ctx, s.reader, scanOutboxEntry, `SELECT w.id, w.kind, w.entry_key, w.receiver, w.body, w.token, w.made_at, w.due_at, w.attempts, w.last_error, w.failed_at, coalesce(p.failures, 0)
		FROM outbox w LEFT JOIN outbox_pauses p ON p.kind = w.kind AND p.receiver = w.receiver
		ORDER BY w.failed_at = 0, w.due_at, w.id LIMIT ?`, limit)
}

// RetryOutbox makes every given-up entry of a kind due now, and ends the pauses of the kind's
// receivers; kind "" means all. Entries keep their order. It returns the number of entries that
// were given up.
func (s *OutboxTables) RetryOutbox(ctx context.Context, by schema.Actor, kind string) (n int64, err error) {
	err = s.write(ctx, "retry the outbox", func(t *tx) error {
		now := s.clock()
		if n, err = t.exec(ctx, `UPDATE outbox SET failed_at = 0, attempts = 0, made_at = ?2, due_at = min(due_at, ?2) WHERE failed_at <> 0 AND (?1 = '' OR kind = ?1)`, kind, micros(now)); err != nil {
			return err
		}
		if _, err := t.exec(ctx, `UPDATE outbox SET due_at = min(due_at, ?2) WHERE attempts > 0 AND (?1 = '' OR kind = ?1)`, kind, micros(now)); err != nil {
			return err
		}
		if _, err := t.exec(ctx, `DELETE FROM outbox_pauses WHERE ?1 = '' OR kind = ?1`, kind); err != nil {
			return err
		}
		t.outgoing = true
		return t.audit(ctx, by, s.entry("outbox.retry", kind))
	})
	return n, err
}
