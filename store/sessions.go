package store

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// FindCtx returns the data of a browser session that has not expired. Like every
// secret, its token is kept as a hash.
func (s *Store) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	data, err := one(ctx, s.reader, value[[]byte], `SELECT data FROM sessions WHERE hash = ? AND expires_at > ?`, hash(token), micros(s.clock()))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, false, nil
	}
	return data, err == nil, err
}

// CommitCtx stores a session, and takes out those that have expired.
func (s *Store) CommitCtx(ctx context.Context, token string, data []byte, expiry time.Time) error {
	return s.write(ctx, "commit session", func(t *tx) error {
		if _, err := t.exec(ctx, `DELETE FROM sessions WHERE expires_at <= ?`, micros(s.clock())); err != nil {
			return err
		}
		_, err := t.exec(ctx, `INSERT INTO sessions (hash, data, expires_at) VALUES (?, ?, ?)
			ON CONFLICT DO UPDATE SET data = excluded.data, expires_at = excluded.expires_at`, hash(token), data, micros(expiry))
		return err
	})
}

// DeleteCtx ends a session; one that is not there is no error.
func (s *Store) DeleteCtx(ctx context.Context, token string) error {
	return s.write(ctx, "delete session", func(t *tx) error {
		_, err := t.exec(ctx, `DELETE FROM sessions WHERE hash = ?`, hash(token))
		return err
	})
}

// Find is FindCtx for callers without a context.
func (s *Store) Find(token string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), token)
}

// Commit is CommitCtx for callers without a context.
func (s *Store) Commit(token string, data []byte, expiry time.Time) error {
	return s.CommitCtx(context.Background(), token, data, expiry)
}

// Delete is DeleteCtx for callers without a context.
func (s *Store) Delete(token string) error { return s.DeleteCtx(context.Background(), token) }
