package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"time"

	"github.com/grader/grader/schema"
)

// tokenKind says what a one-time secret is good for.
type tokenKind string

const (
	tokenCode  tokenKind = "code"  // binds a key to an account
	tokenLogin tokenKind = "login" // signs a browser in
)

// keepTokens is how long an expired token is kept, to tell "expired" from "unknown".
const keepTokens = 30 * 24 * time.Hour

// NewCode makes a one-time code that binds a key to the account: 80 random bits in
// groups that can be typed.
func (s *Store) NewCode(ctx context.Context, user int64, expires time.Time) (string, error) {
	code := groups(4)
	return code, s.addToken(ctx, tokenCode, canonical(code), user, expires)
}

// NewLoginToken makes the one-time token of a sign-in link: at least 128 random bits.
func (s *Store) NewLoginToken(ctx context.Context, user int64, expires time.Time) (string, error) {
	token := rand.Text()
	return token, s.addToken(ctx, tokenLogin, token, user, expires)
}

func (s *Store) addToken(ctx context.Context, kind tokenKind, secret string, user int64, expires time.Time) error {
	now := s.clock()
	return s.write(ctx, "add token", func(t *tx) error {
		if _, err := t.exec(ctx, `DELETE FROM tokens WHERE expires_at < ?`, micros(now.Add(-keepTokens))); err != nil {
			return err
		}
		_, err := t.exec(ctx, `INSERT INTO tokens (hash, kind, user_id, made_at, expires_at) VALUES (?, ?, ?, ?, ?)`,
			hash(secret), kind, user, micros(now), micros(expires))
		return err
	})
}

// RedeemCode binds a proved key, active, to the account that the one-time code
// names, and spends the code. CodeRefused: unknown, spent or expired code, or a
// key that is active elsewhere (then the code stays good).
func (s *Store) RedeemCode(ctx context.Context, code string, key schema.Key, at time.Time) (u schema.User, err error) {
	err = s.write(ctx, "redeem code", func(t *tx) error {
		if u, err = t.spend(ctx, tokenCode, canonical(code), at); err != nil {
			return err
		}
		key.UserID = u.ID
		if err := activate(ctx, t, key, at); err != nil {
			return err
		}
		return t.audit(ctx, schema.AuditEntry{At: at, Actor: u.Login, Action: "key.bind", Subject: u.Login, Detail: key.Fingerprint})
	})
	return u, err
}

// activate makes a proved key an active one of its user's, whether it was pending or unknown.
func activate(ctx context.Context, t *tx, key schema.Key, at time.Time) error {
	_, err := t.exec(ctx, `INSERT INTO keys (user_id, fingerprint, public, comment, active, added_at, used_at) VALUES (?, ?, ?, ?, 1, ?, ?)
		ON CONFLICT (user_id, fingerprint) DO UPDATE SET active = 1, used_at = excluded.used_at`,
		key.UserID, key.Fingerprint, key.Public, key.Comment, micros(at), micros(at))
	if schema.CodeOf(err) == schema.CodeConflict {
		return schema.Errorf(schema.CodeRefused, "the key %s belongs to another account; offer another key", key.Fingerprint)
	}
	return err
}

// RedeemLogin spends the one-time token of a sign-in link and returns whose it
// was. CodeRefused: unknown, spent or expired.
func (s *Store) RedeemLogin(ctx context.Context, token string, at time.Time) (u schema.User, err error) {
	err = s.write(ctx, "redeem login", func(t *tx) error {
		u, err = t.spend(ctx, tokenLogin, token, at)
		return err
	})
	return u, err
}

// spend uses a secret up and returns whose it was.
func (t *tx) spend(ctx context.Context, kind tokenKind, secret string, at time.Time) (schema.User, error) {
	user, err := one(ctx, t, value[int64], `UPDATE tokens SET spent_at = ? WHERE hash = ? AND kind = ? AND spent_at = 0 AND expires_at > ?
		RETURNING user_id`, micros(at), hash(secret), kind, micros(at))
	if errors.Is(err, sql.ErrNoRows) {
		return schema.User{}, t.whyUnspent(ctx, kind, secret)
	}
	if err != nil {
		return schema.User{}, err
	}
	return one(ctx, t, scanUser, `SELECT id, login, name, email, admin, created_at FROM users WHERE id = ?`, user)
}

func (t *tx) whyUnspent(ctx context.Context, kind tokenKind, secret string) error {
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
