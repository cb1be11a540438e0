package store

import (
	"cmp"
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"time"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

func scanSession(r row) (b schema.Session, err error) {
	err = r.Scan(&b.ID, &b.User, &b.Key, &b.Way, &b.Browser, instant{&b.MadeAt}, instant{&b.UsedAt}, instant{&b.Expires}, &b.Data)
	return b, err
}

// idleSince returns the cutoff for idle sessions: a session last used before it has ended.
func (s *AccountTables) idleSince() time.Time { return s.clock().Add(-schema.SessionIdle) }

// FindSession returns the browser session of a token, and false if it has expired or was
// unused for too long. Only hashes of tokens are stored.
func (s *AccountTables) FindSession(ctx context.Context, token string) (schema.Session, bool, error) {
	b, err := one(ctx, s.reader, scanSession, `SELECT id, user_id, key, way, browser, made_at, used_at, expires_at, data FROM sessions
		WHERE hash = ? AND expires_at > ? AND used_at > ?`, hash(token), micros(s.clock()), micros(s.idleSince()))
	if errors.Is(err, sql.ErrNoRows) {
		return schema.Session{}, false, nil
	}
	b.Token = token
	return b, err == nil, err
}

// TouchSession records that a session was used now.
func (s *AccountTables) TouchSession(ctx context.Context, token string) error {
	return s.write(ctx, "touch session", func(t *tx) error {
		_, err := t.exec(ctx, `UPDATE sessions SET used_at = ? WHERE hash = ?`, micros(s.clock()), hash(token))
		return err
	})
}

// SaveSession stores a session as used now, and deletes ended sessions. It assigns an id if
// the session has none. CodeUnauthenticated: the user no longer has the session's key, or
// the account is disabled.
func (s *AccountTables) SaveSession(ctx context.Context, b schema.Session) error {
	if b.ID == "" {
		b.ID = rand.Text()
	}
	return s.write(ctx, "save session", func(t *tx) error {
		now := micros(s.clock())
		if err := forgetSessions(ctx, t, now, micros(s.idleSince())); err != nil {
			return err
		}
		good, err := one(ctx, t, value[bool], `SELECT EXISTS (SELECT 1 FROM users u WHERE u.id = ?1 AND u.disabled = 0
			AND (?2 = '' OR EXISTS (SELECT 1 FROM keys k WHERE k.user_id = u.id AND k.fingerprint = ?2 AND k.active = 1)))`, b.User, b.Key)
		if err != nil {
			return err
		}
		if !good {
			return schema.Errorf(schema.CodeUnauthenticated, "the account was disabled, or the key that made this sign-in link was removed; sign in another way")
		}
		_, err = t.exec(ctx, `INSERT INTO sessions (hash, id, user_id, key, way, browser, made_at, used_at, expires_at, data) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT DO UPDATE SET user_id = excluded.user_id, key = excluded.key, data = excluded.data, used_at = excluded.used_at, expires_at = excluded.expires_at`,
			hash(b.Token), b.ID, b.User, b.Key, b.Way, b.Browser, now, now, micros(b.Expires), b.Data)
		return err
	})
}

// forgetSessions deletes the sessions that expired by the time expired or were last used before
// the time idle.
func forgetSessions(ctx context.Context, t *tx, expired, idle int64) error {
	if _, err := t.exec(ctx, `DELETE FROM sessions WHERE expires_at <= ?`, expired); err != nil {
		return err
	}
	_, err := t.exec(ctx, `DELETE FROM sessions WHERE used_at <= ?`, idle)
	return err
}

// DeleteSession ends a session. An unknown session is not an error.
func (s *AccountTables) DeleteSession(ctx context.Context, token string) error {
	return s.write(ctx, "delete session", func(t *tx) error {
		_, err := t.exec(ctx, `DELETE FROM sessions WHERE hash = ?`, hash(token))
		return err
	})
}

// Sessions returns an account's browser sessions that have not ended, latest use first.
func (s *AccountTables) Sessions(ctx context.Context, user int64) ([]schema.Session, error) {
	return list(ctx, s.reader, scanSession, `SELECT id, user_id, key, way, browser, made_at, used_at, expires_at, x'' FROM sessions
		WHERE user_id = ? AND expires_at > ? AND used_at > ? ORDER BY used_at DESC, id`, user, micros(s.clock()), micros(s.idleSince()))
}

// EndSession ends one browser session of an account. CodeNotFound: the account has no session
// with that id.
func (s *AccountTables) EndSession(ctx context.Context, by schema.Actor, user schema.User, id string) error {
	return s.write(ctx, "end session", func(t *tx) error {
		browser, err := one(ctx, t, value[string], `DELETE FROM sessions WHERE id = ? AND user_id = ? RETURNING browser`, id, user.ID)
		if err != nil {
			return missing(err, "that session has ended already")
		}
		e := s.entry("user.end-session", user.Login)
		e.Before, e.After = cmp.Or(browser, "unknown browser"), "ended"
		return t.audit(ctx, by, e)
	})
}

// SignIn finds the account of an identity and records the sign-in. CodeRefused: no account
// or several accounts match, or the account is disabled.
func (s *AccountTables) SignIn(ctx context.Context, by schema.Actor, name schema.AccountName, way string) (u schema.User, err error) {
	err = s.write(ctx, "sign in", func(t *tx) error {
		if u, err = accountNamed(ctx, t, name); err != nil {
			return err
		}
		if err := course.MayEnter(u); err != nil {
			return err
		}
		by.User = u
		e := s.entry("user.sign-in", u.Login)
		e.After, e.Detail = "signed in", way
		return t.audit(ctx, by, e)
	})
	return u, err
}

// accountNamed returns the only account that matches a name.
func accountNamed(ctx context.Context, t *tx, name schema.AccountName) (schema.User, error) {
	found, err := list(ctx, t, scanUser, `SELECT id, login, name, email, admin, disabled, created_at FROM users
		WHERE ?1 <> '' AND login = ?1 OR ?2 <> '' AND lower(email) = lower(?2) LIMIT 2`, name.Login, name.Email)
	switch {
	case err != nil:
		return schema.User{}, err
	case len(found) == 0:
		return schema.User{}, schema.Errorf(schema.CodeRefused, "there is no account %s here; ask the staff of your course to add you", name)
	case len(found) > 1:
		return schema.User{}, schema.Errorf(schema.CodeRefused, "several accounts have the address %s; sign in with your SSH key", name)
	}
	return found[0], nil
}
