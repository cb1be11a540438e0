package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/grader/grader/schema"
)

func scanDowntime(r row) (d schema.Downtime, err error) {
	err = r.Scan(instant{&d.Start}, instant{&d.End})
	return d, err
}

// Started records that the server runs now. If no server ran for at least the duration least,
// it also records a downtime. A clock that was set back creates no downtime.
func (s *OperationTables) Started(ctx context.Context, now time.Time, least time.Duration) error {
	return s.write(ctx, "note the start", func(t *tx) error {
		last, err := one(ctx, t, value[int64], `SELECT at FROM heartbeat WHERE id = 1`)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		if err == nil && now.Sub(time.UnixMicro(last)) >= least {
			if _, err := t.exec(ctx, `INSERT INTO downtimes (start_at, end_at) VALUES (?, ?)`, last, micros(now)); err != nil {
				return err
			}
		}
		return recordHeartbeat(ctx, t, now)
	})
}

// Beat records that the server is still running.
func (s *OperationTables) Beat(ctx context.Context, now time.Time) error {
	return s.write(ctx, "note the time", func(t *tx) error { return recordHeartbeat(ctx, t, now) })
}

func recordHeartbeat(ctx context.Context, t *tx, now time.Time) error {
	_, err := t.exec(ctx, `INSERT INTO heartbeat (id, at) VALUES (1, ?) ON CONFLICT DO UPDATE SET at = excluded.at`, micros(now))
	return err
}

// Downtimes returns the downtimes since the given time, oldest first.
func (s *OperationTables) Downtimes(ctx context.Context, since time.Time) ([]schema.Downtime, error) {
	return list(ctx, s.reader, scanDowntime, `SELECT start_at, end_at FROM downtimes WHERE end_at >= ? ORDER BY start_at`, micros(since))
}
