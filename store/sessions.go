package store

import (
	"context"
	"database/sql"
	"errors"

	"github.com/grader/grader/schema"
)

// FindSession returns the data of a browser session that has not expired. Like every
// secret, its token is kept as a hash.
func (s *Store) FindSession(ctx context.Context, token string) ([]byte, bool, error) {
	data, err := one(ctx, s.reader, value[[]byte], `SELECT data FROM sessions WHERE hash = ? AND expires_at > ?`, hash(token), micros(s.clock()))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, false, nil
	}
	return data, err == nil, err
}

// SaveSession stores a session, and deletes those that have expired.
// CodeUnauthenticated: its key is not the user's any more, or the account is disabled.
func (s *Store) SaveSession(ctx context.Context, b schema.Session) error {
	return s.write(ctx, "save session", func(t *tx) error {
		if _, err := t.exec(ctx, `DELETE FROM sessions WHERE expires_at <= ?`, micros(s.clock())); err != nil {
			return err
		}
		good, err := one(ctx, t, value[bool], `SELECT EXISTS (SELECT 1 FROM users u WHERE u.id = ?1 AND u.disabled = 0
			AND (?2 = '' OR EXISTS (SELECT 1 FROM keys k WHERE k.user_id = u.id AND k.fingerprint = ?2 AND k.active = 1)))`, b.User, b.Key)
		if err != nil {
			return err
		}
		if !good {
			return schema.Errorf(schema.CodeUnauthenticated, "the key that made this sign-in link was removed; sign in with another one")
		}
		_, err = t.exec(ctx, `INSERT INTO sessions (hash, user_id, key, data, expires_at) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT DO UPDATE SET user_id = excluded.user_id, key = excluded.key, data = excluded.data, expires_at = excluded.expires_at`,
			hash(b.Token), b.User, b.Key, b.Data, micros(b.Expires))
		return err
	})
}

// DeleteSession ends a session; one that does not exist is no error.
func (s *Store) DeleteSession(ctx context.Context, token string) error {
	return s.write(ctx, "delete session", func(t *tx) error {
		_, err := t.exec(ctx, `DELETE FROM sessions WHERE hash = ?`, hash(token))
		return err
	})
}
