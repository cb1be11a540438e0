package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/grader/grader/schema"
)

func scanRunner(r row) (n schema.Runner, err error) {
	err = r.Scan(&n.ID, &n.Flavour, &n.SecretHash, &n.Host, &n.Image, &n.Wall, &n.Version, &n.Job, instant{&n.RegisteredAt}, instant{&n.RetiredAt})
	return n, err
}

// AddRunner stores a registered runner with the hash of its session secret. CodeConflict: a
// runner with this id has registered before.
func (s *QueueTables) AddRunner(ctx context.Context, r schema.Runner) error {
	return s.write(ctx, "add runner", func(t *tx) error {
		_, err := t.exec(ctx, `INSERT INTO runners (id, flavour, secret_hash, host, image, wall, version, registered_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
			r.ID, r.Flavour, r.SecretHash, r.Host, r.Image, r.Wall, r.Version, micros(r.RegisteredAt))
		return conflict(err, "runner %s is registered already", r.ID)
	})
}

// RunnerBySecret returns the runner with the hash of a session secret. CodeUnauthenticated: the
// secret is unknown or the runner is retired.
func (s *QueueTables) RunnerBySecret(ctx context.Context, hash []byte) (schema.Runner, error) {
	r, err := one(ctx, s.reader, scanRunner, `SELECT id, flavour, secret_hash, host, image, wall, version, coalesce(job_id, 0), registered_at, retired_at
		FROM runners WHERE secret_hash = ? AND retired_at = 0`, hash)
	if errors.Is(err, sql.ErrNoRows) {
		return r, schema.Errorf(schema.CodeUnauthenticated, "no runner has that secret")
	}
	return r, err
}

// RetireRunner marks a runner as gone. A second call is not an error.
func (s *QueueTables) RetireRunner(ctx context.Context, id string, now time.Time) error {
	return s.write(ctx, "retire runner", func(t *tx) error {
		_, err := t.exec(ctx, `UPDATE runners SET retired_at = ? WHERE id = ? AND retired_at = 0`, micros(now), id)
		return err
	})
}

// Runners returns the runners that are not retired, oldest first.
func (s *QueueTables) Runners(ctx context.Context) ([]schema.Runner, error) {
	return list(ctx, s.reader, scanRunner, `SELECT id, flavour, secret_hash, host, image, wall, version, coalesce(job_id, 0), registered_at, retired_at
		FROM runners WHERE retired_at = 0 ORDER BY registered_at, id`)
}
