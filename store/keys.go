package store

import (
	"context"
	"time"

	"github.com/grader/grader/schema"
)

// touchEvery is how fine TouchKey is: a note costs a synced write.
const touchEvery = time.Minute

func scanKey(r row) (k schema.Key, err error) {
	err = r.Scan(&k.ID, &k.UserID, &k.Fingerprint, &k.Public, &k.Comment, &k.Active, instant{&k.AddedAt}, instant{&k.UsedAt})
	return k, err
}

// UserByKey returns the account whose active key has the fingerprint.
func (s *Store) UserByKey(ctx context.Context, fingerprint string) (schema.User, error) {
	u, err := one(ctx, s.reader, scanUser, `SELECT u.id, u.login, u.name, u.email, u.admin, u.created_at
		FROM keys k JOIN users u ON u.id = k.user_id WHERE k.fingerprint = ? AND k.active = 1`, fingerprint)
	return u, missing(err, "no account has the key %s", fingerprint)
}

// TouchKey notes that an active key was used, to the minute.
func (s *Store) TouchKey(ctx context.Context, fingerprint string, at time.Time) error {
	used, err := one(ctx, s.reader, value[int64], `SELECT used_at FROM keys WHERE fingerprint = ? AND active = 1`, fingerprint)
	if err != nil {
		return missing(err, "no account has the key %s", fingerprint)
	}
	if micros(at)-used < touchEvery.Microseconds() {
		return nil
	}
	return s.write(ctx, "touch key", func(t *tx) error {
		_, err := t.exec(ctx, `UPDATE keys SET used_at = max(used_at, ?) WHERE fingerprint = ? AND active = 1`, micros(at), fingerprint)
		return err
	})
}

// Keys returns a user's keys, oldest first.
func (s *Store) Keys(ctx context.Context, user int64) ([]schema.Key, error) {
	return list(ctx, s.reader, scanKey, `SELECT id, user_id, fingerprint, public, comment, active, added_at, used_at
		FROM keys WHERE user_id = ? ORDER BY added_at, id`, user)
}

// maxKeys bounds the keys of one account: whoever may add one could add millions.
const maxKeys = 100

// AddKey adds a key, pending unless key.Active. CodeConflict: it is there already.
// CodeLimit: the account has enough of them.
func (s *Store) AddKey(ctx context.Context, key schema.Key) error {
	return s.write(ctx, "add key", func(t *tx) error {
		if key.AddedAt.IsZero() {
			key.AddedAt = s.clock()
		}
		n, err := one(ctx, t, value[int], `SELECT count(*) FROM keys WHERE user_id = ?`, key.UserID)
		if err != nil {
			return err
		}
		if n >= maxKeys {
			return schema.Errorf(schema.CodeLimit, "you have %d keys, and %d are the most; remove some first", n, maxKeys)
		}
		if err := insertKey(ctx, t, key); err != nil {
			return err
		}
		return s.auditKey(ctx, t, "key.add", key.UserID, key.Fingerprint)
	})
}

func insertKey(ctx context.Context, t *tx, k schema.Key) error {
	_, err := t.exec(ctx, `INSERT INTO keys (user_id, fingerprint, public, comment, active, added_at, used_at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		k.UserID, k.Fingerprint, k.Public, k.Comment, k.Active, micros(k.AddedAt), micros(k.UsedAt))
	return conflict(err, "the key %s is there already", k.Fingerprint)
}

// RemoveKey removes a user's key. CodeNotFound: they have no such key.
// CodeRefused: it is the last active one.
func (s *Store) RemoveKey(ctx context.Context, user int64, fingerprint string) error {
	return s.write(ctx, "remove key", func(t *tx) error {
		active, err := one(ctx, t, value[bool], `DELETE FROM keys WHERE user_id = ? AND fingerprint = ? RETURNING active`, user, fingerprint)
		if err != nil {
			return missing(err, "you have no key %s", fingerprint)
		}
		left, err := one(ctx, t, value[int], `SELECT count(*) FROM keys WHERE user_id = ? AND active = 1`, user)
		if err != nil {
			return err
		}
		if active && left == 0 {
			return schema.Errorf(schema.CodeRefused, "%s is your last active key; add another one first", fingerprint)
		}
		return s.auditKey(ctx, t, "key.remove", user, fingerprint)
	})
}

// auditKey records what was done to a key, in the name of its owner.
func (s *Store) auditKey(ctx context.Context, t *tx, action string, user int64, fingerprint string) error {
	login, err := one(ctx, t, value[string], `SELECT login FROM users WHERE id = ?`, user)
	if err != nil {
		return missing(err, "there is no such account")
	}
	return t.audit(ctx, s.entry(login, action, login, fingerprint))
}
