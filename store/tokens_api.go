package store

import (
	"context"
	"crypto/rand"
	"time"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// maxAPITokens is the maximum number of API tokens of one account.
const maxAPITokens = 50

// apiTokenPrefix lets scanners of leaked secrets recognise a token.
const apiTokenPrefix = "grader_"

func scanAPIToken(r row) (k schema.APIToken, err error) {
	err = r.Scan(&k.ID, &k.UserID, &k.Name, &k.Scope, &k.MadeBy, instant{&k.MadeAt}, instant{&k.ExpiresAt}, instant{&k.UsedAt})
	return k, err
}

// AddAPIToken creates an API token for the actor's own account and returns its secret. Only
// a hash of the secret is stored. An expired token with the same name is replaced.
// CodeConflict: the name is taken. CodeLimit: the account has too many tokens. CodeRefused:
// the account is disabled.
func (s *AccountTables) AddAPIToken(ctx context.Context, by schema.Actor, k schema.APIToken) (added schema.APIToken, secret string, err error) {
	secret = apiTokenPrefix + rand.Text()
	return added, secret, s.write(ctx, "add API token", func(t *tx) error {
		if err := mayAddAPIToken(ctx, t, by, k); err != nil {
			return err
		}
		added, err = one(ctx, t, scanAPIToken, `INSERT INTO api_tokens (hash, user_id, name, scope, made_by, made_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?)
			RETURNING id, user_id, name, scope, made_by, made_at, expires_at, used_at`,
			hash(secret), k.UserID, k.Name, k.Scope, by.Key, micros(k.MadeAt), micros(k.ExpiresAt))
		if err != nil {
			return conflict(err, "%s has a token %s already; choose another name, or revoke it first: token revoke %s", by.User.Login, k.Name, k.Name)
		}
		e := s.entry("token.create", by.User.Login)
		e.After = added.Name
		return auditToken(ctx, t, e, by, added)
	})
}

// mayAddAPIToken deletes the account's long-expired tokens and an expired token with the same
// name. It returns an error if the account may not add a token.
func mayAddAPIToken(ctx context.Context, t *tx, by schema.Actor, k schema.APIToken) error {
	if err := stillActive(ctx, t, by.Key); err != nil {
		return err
	}
	user, err := one(ctx, t, scanUser, `SELECT id, login, name, email, admin, disabled, created_at FROM users WHERE id = ?`, k.UserID)
	if err != nil {
		return missing(err, "there is no account %q", by.User.Login)
	}
	if err := course.MayEnter(user); err != nil {
		return err
	}
	_, err = t.exec(ctx, `DELETE FROM api_tokens WHERE user_id = ? AND (expires_at < ? OR name = ? AND expires_at <= ?)`,
		k.UserID, micros(k.MadeAt.Add(-keepTokens)), k.Name, micros(k.MadeAt))
	if err != nil {
		return err
	}
	n, err := one(ctx, t, value[int], `SELECT count(*) FROM api_tokens WHERE user_id = ?`, k.UserID)
	if err == nil && n >= maxAPITokens {
		err = schema.Errorf(schema.CodeLimit, "%s has %d tokens, and %d are the most; revoke some first: token list, token revoke NAME", user.Login, n, maxAPITokens)
	}
	return err
}

// auditToken records an action on an API token.
func auditToken(ctx context.Context, t *tx, e schema.AuditEntry, by schema.Actor, k schema.APIToken) error {
	e.Detail = "token " + k.Name + ", scope " + string(k.Scope) + ", until " + k.ExpiresAt.UTC().Format(time.RFC3339)
	return t.audit(ctx, by, e)
}

// APITokens returns the API tokens of an account, including expired ones, by name.
func (s *AccountTables) APITokens(ctx context.Context, user int64) ([]schema.APIToken, error) {
	return list(ctx, s.reader, scanAPIToken, `SELECT id, user_id, name, scope, made_by, made_at, expires_at, used_at
		FROM api_tokens WHERE user_id = ? ORDER BY name`, user)
}

// APIToken returns the token with that secret, even if it has expired, and its account.
// CodeNotFound: the secret is unknown, or the token was revoked.
func (s *AccountTables) APIToken(ctx context.Context, secret string) (schema.APIToken, schema.User, error) {
	k, err := one(ctx, s.reader, scanAPIToken, `SELECT id, user_id, name, scope, made_by, made_at, expires_at, used_at
		FROM api_tokens WHERE hash = ?`, hash(secret))
	if err != nil {
		return k, schema.User{}, missing(err, "there is no such token")
	}
	user, err := s.User(ctx, k.UserID)
	return k, user, err
}

// TouchAPIToken records that a token was used, to the minute.
func (s *AccountTables) TouchAPIToken(ctx context.Context, k schema.APIToken, at time.Time) error {
	if at.Sub(k.UsedAt) < touchEvery {
		return nil
	}
	return s.write(ctx, "touch API token", func(t *tx) error {
		_, err := t.exec(ctx, `UPDATE api_tokens SET used_at = max(used_at, ?) WHERE id = ?`, micros(at), k.ID)
		return err
	})
}

// EndAPIToken revokes an API token of an account. CodeNotFound: the account has no token of
// that name.
func (s *AccountTables) EndAPIToken(ctx context.Context, by schema.Actor, user schema.User, name string) (k schema.APIToken, err error) {
	err = s.write(ctx, "end API token", func(t *tx) error {
		k, err = one(ctx, t, scanAPIToken, `DELETE FROM api_tokens WHERE user_id = ? AND name = ?
			RETURNING id, user_id, name, scope, made_by, made_at, expires_at, used_at`, user.ID, name)
		if err != nil {
			return missing(err, "%s has no token %q; token list shows those there are", user.Login, name)
		}
		e := s.entry("token.revoke", user.Login)
		e.Before, e.After = k.Name, "revoked"
		return auditToken(ctx, t, e, by, k)
	})
	return k, err
}
