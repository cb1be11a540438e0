package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"time"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// tokenKind is the purpose of a one-time secret.
type tokenKind string

const (
	tokenCode  tokenKind = "code"  // binds a key to an account
	tokenLogin tokenKind = "login" // signs a browser in
)

// keepTokens is how long an expired token is kept, so that errors can distinguish an expired token
// from an unknown one.
const keepTokens = 30 * 24 * time.Hour

// grant describes a one-time secret to create.
type grant struct {
	kind    tokenKind
	user    int64
	madeBy  string // fingerprint of the key that made it, "" for none
	forKey  string // fingerprint of the only key that a code binds, "" for any
	expires time.Time
}

// NewCode creates a one-time code that binds a key to the account: 80 random bits in groups
// that can be typed. If forKey is a fingerprint, the code binds only that key.
func (s *AccountTables) NewCode(ctx context.Context, by schema.Actor, user schema.User, forKey string, expires time.Time) (code string, err error) {
	err = s.write(ctx, "new code", func(t *tx) error {
		if code, err = s.addCode(ctx, t, grant{user: user.ID, madeBy: by.Key, forKey: forKey, expires: expires}); err != nil {
			return err
		}
		return s.auditKey(ctx, t, by, "user.code", user, forKey)
	})
	return code, err
}

func (s *database) addCode(ctx context.Context, t *tx, c grant) (string, error) {
	code := groups(4)
	c.kind = tokenCode
	return code, s.addToken(ctx, t, c, canonical(code))
}

// NewLoginToken creates the one-time token of a sign-in link: at least 128 random bits.
func (s *AccountTables) NewLoginToken(ctx context.Context, by schema.Actor, user schema.User, expires time.Time) (string, error) {
	secret := rand.Text()
	return secret, s.write(ctx, "new login token", func(t *tx) error {
		if err := s.addToken(ctx, t, grant{kind: tokenLogin, user: user.ID, madeBy: by.Key, expires: expires}, secret); err != nil {
			return err
		}
		return t.audit(ctx, by, s.entry("user.login-link", user.Login))
	})
}

func (s *database) addToken(ctx context.Context, t *tx, k grant, secret string) error {
	now := s.clock()
	if err := stillActive(ctx, t, k.madeBy); err != nil {
		return err
	}
	if _, err := t.exec(ctx, `DELETE FROM tokens WHERE expires_at < ?`, micros(now.Add(-keepTokens))); err != nil {
		return err
	}
	_, err := t.exec(ctx, `INSERT INTO tokens (hash, kind, user_id, made_by, for_key, made_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		hash(secret), k.kind, k.user, k.madeBy, k.forKey, micros(now), micros(k.expires))
	return err
}

// stillActive returns an error if a key that creates a secret was removed meanwhile.
func stillActive(ctx context.Context, t *tx, key string) error {
	if key == "" {
		return nil
	}
	active, err := one(ctx, t, value[bool], `SELECT EXISTS (SELECT 1 FROM keys WHERE fingerprint = ? AND active = 1)`, key)
	if err == nil && !active {
		err = schema.Errorf(schema.CodeRefused, "the key %s was removed", key)
	}
	return err
}

// RedeemCode binds an authenticated key to the account of the one-time code, makes the key
// active, and uses up the code. CodeRefused: the code is unknown, used, expired or for another
// key; the key is active elsewhere; or the account is disabled. A refused code stays valid.
func (s *AccountTables) RedeemCode(ctx context.Context, by schema.Actor, code string, key schema.Key, at time.Time) (u schema.User, err error) {
	err = s.write(ctx, "redeem code", func(t *tx) error {
		spent, err := spendSecret(ctx, t, tokenCode, canonical(code), at)
		if err != nil {
			return err
		}
		if err := course.MayBind(course.Binding{Account: spent.user, ForKey: spent.forKey, Key: key.Fingerprint}); err != nil {
			return err
		}
		u = spent.user
		key.UserID, key.AddedBy = u.ID, spent.madeBy
		if err := activate(ctx, t, key, at); err != nil {
			return err
		}
		by.User = u
		return s.auditKey(ctx, t, by, "key.bind", u, key.Fingerprint)
	})
	return u, err
}

// activate makes an authenticated key active. The key may be pending or unknown.
func activate(ctx context.Context, t *tx, key schema.Key, at time.Time) error {
	_, err := t.exec(ctx, `INSERT INTO keys (user_id, fingerprint, public, comment, active, added_by, added_at, used_at) VALUES (?, ?, ?, ?, 1, ?, ?, ?)
		ON CONFLICT (user_id, fingerprint) DO UPDATE SET active = 1, used_at = excluded.used_at`,
		key.UserID, key.Fingerprint, key.Public, key.Comment, key.AddedBy, micros(at), micros(at))
	if schema.CodeOf(err) == schema.CodeConflict {
		return schema.Errorf(schema.CodeRefused, "the key %s belongs to another account; offer another key", key.Fingerprint)
	}
	return err
}

// RedeemLogin uses up the one-time token of a sign-in link and returns its user. CodeRefused:
// the token is unknown, used or expired, or the account is disabled.
func (s *AccountTables) RedeemLogin(ctx context.Context, secret string, at time.Time) (in schema.SignIn, err error) {
	err = s.write(ctx, "redeem login", func(t *tx) error {
		spent, err := spendSecret(ctx, t, tokenLogin, secret, at)
		if err != nil {
			return err
		}
		in = schema.SignIn{User: spent.user, Key: spent.madeBy}
		e := s.entry("user.sign-in", in.User.Login)
		e.After, e.Detail = "signed in", "link"
		return t.audit(ctx, schema.Actor{User: in.User, Channel: schema.ChannelWeb}, e)
	})
	return in, err
}

// spent is a secret that was just used.
type spent struct {
	user           schema.User
	madeBy, forKey string
}

func scanSpent(r row) (s spent, err error) {
	err = r.Scan(&s.user.ID, &s.madeBy, &s.forKey)
	return s, err
}

// spendSecret marks a secret as used and returns its user.
func spendSecret(ctx context.Context, t *tx, kind tokenKind, secret string, at time.Time) (spent, error) {
	k, err := one(ctx, t, scanSpent, `UPDATE tokens SET spent_at = ? WHERE hash = ? AND kind = ? AND spent_at = 0 AND expires_at > ?
		RETURNING user_id, made_by, for_key`, micros(at), hash(secret), kind, micros(at))
	if errors.Is(err, sql.ErrNoRows) {
		return spent{}, whyUnspent(ctx, t, kind, secret)
	}
	if err != nil {
		return spent{}, err
	}
	k.user, err = one(ctx, t, scanUser, `SELECT id, login, name, email, admin, disabled, created_at FROM users WHERE id = ?`, k.user.ID)
	if err != nil {
		return spent{}, err
	}
	return k, course.MayEnter(k.user)
}

func whyUnspent(ctx context.Context, t *tx, kind tokenKind, secret string) error {
	word := map[tokenKind]string{tokenCode: "code", tokenLogin: "link"}[kind]
	spent, err := one(ctx, t, value[bool], `SELECT spent_at > 0 FROM tokens WHERE hash = ? AND kind = ?`, hash(secret), kind)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return schema.Errorf(schema.CodeRefused, "that %s is unknown; check it, or ask for a new one", word)
	case err != nil:
		return err
	case spent:
		return schema.Errorf(schema.CodeRefused, "that %s was used already; ask for a new one", word)
	}
	return schema.Errorf(schema.CodeRefused, "that %s has expired; ask for a new one", word)
}

// endSessions deletes a user's browser sessions, API tokens and unused secrets. If key is not
// empty, it deletes only those that the key created or that are for the key.
func endSessions(ctx context.Context, t *tx, user int64, key string) (e schema.Ended, err error) {
	counts := []struct {
		into *int
		text string
	}{
		{&e.Sessions, `DELETE FROM sessions WHERE user_id = ?1 AND (?2 = '' OR key = ?2)`},
		{&e.Links, `DELETE FROM tokens WHERE user_id = ?1 AND kind = 'login' AND spent_at = 0 AND (?2 = '' OR made_by = ?2)`},
		{&e.Codes, `DELETE FROM tokens WHERE user_id = ?1 AND kind = 'code' AND spent_at = 0 AND (?2 = '' OR made_by = ?2 OR for_key = ?2)`},
		{&e.Tokens, `DELETE FROM api_tokens WHERE user_id = ?1 AND (?2 = '' OR made_by = ?2)`},
	}
	for _, c := range counts {
		n, err := t.exec(ctx, c.text, user, key)
		if err != nil {
			return e, err
		}
		*c.into = int(n)
	}
	return e, nil
}

// EndSessions ends a user's browser sessions, API tokens, and unused sign-in links and
// codes.
func (s *AccountTables) EndSessions(ctx context.Context, by schema.Actor, user schema.User) (ended schema.Ended, err error) {
	err = s.write(ctx, "end sessions", func(t *tx) error {
		if ended, err = endSessions(ctx, t, user.ID, ""); err != nil {
			return err
		}
		e := s.entry("user.sign-out", user.Login)
		e.Before, e.After = ended.Words(), "none"
		return t.audit(ctx, by, e)
	})
	return ended, err
}
