package store

import (
	"cmp"
	"context"
	"time"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// touchEvery is the resolution of TouchKey, because each update costs a synced write.
const touchEvery = time.Minute

func scanKey(r row) (k schema.Key, err error) {
	err = r.Scan(&k.ID, &k.UserID, &k.Fingerprint, &k.Public, &k.Comment, &k.Active, &k.AddedBy, instant{&k.AddedAt}, instant{&k.UsedAt}, instant{&k.ExpiresAt})
	return k, err
}

// UserByKey returns the account with an active key of the fingerprint, even if the account
// is disabled. CodeNotFound: no account has the key, or the key has expired.
func (s *AccountTables) UserByKey(ctx context.Context, fingerprint string) (schema.User, error) {
	u, err := one(ctx, s.reader, scanUser, `SELECT u.id, u.login, u.name, u.email, u.admin, u.disabled, u.created_at
		FROM keys k JOIN users u ON u.id = k.user_id WHERE k.fingerprint = ? AND k.active = 1 AND (k.expires_at = 0 OR k.expires_at > ?)`, fingerprint, micros(s.clock()))
	return u, missing(err, "no account has the key %s", fingerprint)
}

// TouchKey records that an active key was used, to the minute.
func (s *AccountTables) TouchKey(ctx context.Context, fingerprint string, at time.Time) error {
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
func (s *AccountTables) Keys(ctx context.Context, user int64) ([]schema.Key, error) {
	return list(ctx, s.reader, scanKey, `SELECT id, user_id, fingerprint, public, comment, active, added_by, added_at, used_at, expires_at
		FROM keys WHERE user_id = ? ORDER BY added_at, id`, user)
}

// maxKeys is the maximum number of keys of one account. Without it, an owner could add keys
// without end.
const maxKeys = 100

// AddKeys adds keys to one account. A key is pending unless Active is set. CodeConflict: a key
// exists already, or is active in another account. CodeLimit: the account has too many.
func (s *AccountTables) AddKeys(ctx context.Context, by schema.Actor, user schema.User, keys ...schema.Key) error {
	return s.write(ctx, "add keys", func(t *tx) error {
		for _, k := range keys {
			if err := s.addKey(ctx, t, by, user, k); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *AccountTables) addKey(ctx context.Context, t *tx, by schema.Actor, user schema.User, k schema.Key) error {
	if k.AddedAt.IsZero() {
		k.AddedAt = s.clock()
	}
	n, err := one(ctx, t, value[int], `SELECT count(*) FROM keys WHERE user_id = ?`, user.ID)
	if err != nil {
		return err
	}
	if n >= maxKeys {
		return schema.Errorf(schema.CodeLimit, "%s has %d keys, and %d are the most; remove some first", user.Login, n, maxKeys)
	}
	k.UserID = user.ID
	if err := insertKey(ctx, t, k); err != nil {
		return err
	}
	return s.auditKey(ctx, t, by, "key.add", user, k.Fingerprint)
}

// AddPendingKey adds a key that has not authenticated yet, and creates a one-time code that
// binds only this key. If the key is already pending, it creates a new code.
func (s *AccountTables) AddPendingKey(ctx context.Context, by schema.Actor, user schema.User, k schema.Key, expires time.Time) (code string, err error) {
	k.Active = false
	err = s.write(ctx, "add pending key", func(t *tx) error {
		pending, err := one(ctx, t, value[bool], `SELECT EXISTS (SELECT 1 FROM keys WHERE user_id = ? AND fingerprint = ? AND active = 0)`, user.ID, k.Fingerprint)
		if err != nil {
			return err
		}
		if !pending {
			if err := s.addKey(ctx, t, by, user, k); err != nil {
				return err
			}
		}
		code, err = s.addCode(ctx, t, grant{user: user.ID, madeBy: by.Key, forKey: k.Fingerprint, expires: expires})
		return err
	})
	return code, err
}

func insertKey(ctx context.Context, t *tx, k schema.Key) error {
	_, err := t.exec(ctx, `INSERT INTO keys (user_id, fingerprint, public, comment, active, added_by, added_at, used_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		k.UserID, k.Fingerprint, k.Public, k.Comment, k.Active, k.AddedBy, micros(k.AddedAt), micros(k.UsedAt))
	return conflict(err, "the key %s is there already", k.Fingerprint)
}

// RemoveKey removes a user's key unless may refuses. It also removes the browser sessions, API
// tokens, sign-in links and codes that the key created, and the codes for the key.
// CodeNotFound: the user has no such key.
func (s *AccountTables) RemoveKey(ctx context.Context, by schema.Actor, user schema.User, fingerprint string, may func(course.KeyRemoval) error) (r schema.RemovedKey, err error) {
	err = s.write(ctx, "remove key", func(t *tx) error {
		r.Key, err = one(ctx, t, scanKey, `DELETE FROM keys WHERE user_id = ? AND fingerprint = ?
			RETURNING id, user_id, fingerprint, public, comment, active, added_by, added_at, used_at, expires_at`, user.ID, fingerprint)
		if err != nil {
			return missing(err, "%s has no key %s", user.Login, fingerprint)
		}
		expires := !r.Key.ExpiresAt.IsZero()
		left, err := one(ctx, t, value[int], `SELECT count(*) FROM keys WHERE user_id = ? AND active = 1 AND (expires_at = 0 OR ? AND expires_at > ?)`,
			user.ID, expires, micros(s.clock()))
		if err != nil {
			return err
		}
		if err := may(course.KeyRemoval{Fingerprint: fingerprint, Active: r.Key.Active, Expires: expires, Left: left}); err != nil {
			return err
		}
		if r.Ended, err = endSessions(ctx, t, user.ID, fingerprint); err != nil {
			return err
		}
		r.Added, err = list(ctx, t, scanKey, `SELECT id, user_id, fingerprint, public, comment, active, added_by, added_at, used_at, expires_at
			FROM keys WHERE user_id = ? AND added_by = ? ORDER BY added_at, id`, user.ID, fingerprint)
		if err != nil {
			return err
		}
		return s.auditKey(ctx, t, by, "key.remove", user, fingerprint)
	})
	return r, err
}

// ExpireKey sets when a user's key expires, the zero time for never, unless may refuses.
// CodeNotFound: the user has no such key.
func (s *AccountTables) ExpireKey(ctx context.Context, by schema.Actor, user schema.User, fingerprint string, at time.Time, may func(course.KeyRemoval) error) (k schema.Key, err error) {
	err = s.write(ctx, "expire key", func(t *tx) error {
		k, err = one(ctx, t, scanKey, `SELECT id, user_id, fingerprint, public, comment, active, added_by, added_at, used_at, expires_at
			FROM keys WHERE user_id = ? AND fingerprint = ?`, user.ID, fingerprint)
		if err != nil {
			return missing(err, "%s has no key %s", user.Login, fingerprint)
		}
		left, err := one(ctx, t, value[int], `SELECT count(*) FROM keys WHERE user_id = ? AND active = 1 AND fingerprint <> ? AND expires_at = 0`, user.ID, fingerprint)
		if err != nil {
			return err
		}
		if err := may(course.KeyRemoval{Fingerprint: fingerprint, Active: k.Active, Left: left}); err != nil {
			return err
		}
		if _, err := t.exec(ctx, `UPDATE keys SET expires_at = ? WHERE id = ?`, micros(at), k.ID); err != nil {
			return err
		}
		e := s.entry("key.expire", user.Login)
		e.Before, e.Detail = expiry(k), fingerprint
		k.ExpiresAt = at
		e.After = expiry(k)
		return t.audit(ctx, by, e)
	})
	return k, err
}

// expiry returns the expiry of a key in words for the audit log.
func expiry(k schema.Key) string { return cmp.Or(schema.ExpiryWords(k), "does not expire") }

func scanOwnedKey(r row) (k schema.OwnedKey, err error) {
	err = r.Scan(&k.User.ID, &k.User.Login, &k.Fingerprint)
	return k, err
}

// ExpiredKeys returns the expired keys, ordered by the time of expiry.
func (s *AccountTables) ExpiredKeys(ctx context.Context, now time.Time) ([]schema.OwnedKey, error) {
	return list(ctx, s.reader, scanOwnedKey, `SELECT u.id, u.login, k.fingerprint FROM keys k JOIN users u ON u.id = k.user_id
		WHERE k.expires_at > 0 AND k.expires_at <= ? ORDER BY k.expires_at, k.id`, micros(now))
}

// auditKey records an action on a key.
func (s *database) auditKey(ctx context.Context, t *tx, by schema.Actor, action string, user schema.User, fingerprint string) error {
	e := s.entry(action, user.Login)
	e.Detail = fingerprint
	return t.audit(ctx, by, e)
}
