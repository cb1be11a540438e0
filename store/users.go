package store

import (
	"context"
	"strings"
	"time"

	"github.com/grader/grader/schema"
)

func scanUser(r row) (u schema.User, err error) {
	err = r.Scan(&u.ID, &u.Login, &u.Name, &u.Email, &u.Admin, &u.Disabled, instant{&u.CreatedAt})
	return u, err
}

// AddUser creates an account with its active keys and returns it; u.ID is ignored, a zero
// CreatedAt is now. CodeInvalid: the login is invalid. CodeConflict: the login is taken, or a
// key is active elsewhere.
func (s *AccountTables) AddUser(ctx context.Context, by schema.Actor, u schema.User, keys ...schema.Key) (schema.User, error) {
	added, _, err := s.AddUserWithCode(ctx, by, u, time.Time{}, keys...)
	return added, err
}

// AddUserWithCode is AddUser, but also creates a one-time code that binds a key to the
// account, unless expires is zero.
func (s *AccountTables) AddUserWithCode(ctx context.Context, by schema.Actor, u schema.User, expires time.Time, keys ...schema.Key) (added schema.User, code string, err error) {
	if err := schema.Login(u.Login); err != nil {
		return schema.User{}, "", err
	}
	if u.CreatedAt.IsZero() {
		u.CreatedAt = s.clock()
	}
	err = s.write(ctx, "add user", func(t *tx) error {
		if u.Admin { // an admin may push try-outs to every course
			if err := noTeam(ctx, t, schema.Course{}, u.Login); err != nil {
				return err
			}
		}
		if added, err = addUser(ctx, t, u, keys); err != nil {
			return err
		}
		if !expires.IsZero() {
			if code, err = s.addCode(ctx, t, grant{user: added.ID, madeBy: by.Key, expires: expires}); err != nil {
				return err
			}
		}
		e := s.entry("user.add", u.Login)
		e.Detail = fingerprints(keys)
		return t.audit(ctx, by, e)
	})
	return added, code, err
}

func addUser(ctx context.Context, t *tx, u schema.User, keys []schema.Key) (schema.User, error) {
	added, err := one(ctx, t, scanUser, `INSERT INTO users (login, name, email, admin, created_at) VALUES (?, ?, ?, ?, ?)
		RETURNING id, login, name, email, admin, disabled, created_at`, u.Login, u.Name, u.Email, u.Admin, micros(u.CreatedAt))
	if err != nil {
		return schema.User{}, conflict(err, "login %q is taken", u.Login)
	}
	for _, k := range keys {
		k.UserID, k.Active = added.ID, true
		if err := insertKey(ctx, t, k); err != nil {
			return schema.User{}, err
		}
	}
	return added, nil
}

// fingerprints lists keys for an audit entry.
func fingerprints(keys []schema.Key) string {
	var all []string
	for _, k := range keys {
		all = append(all, k.Fingerprint)
	}
	return strings.Join(all, " ")
}

// SetDisabled disables or enables an account. Disabling ends its browser sessions, sign-in
// links and codes in the same transaction.
func (s *AccountTables) SetDisabled(ctx context.Context, by schema.Actor, user schema.User, disabled bool) (ended schema.Ended, err error) {
	err = s.write(ctx, "disable user", func(t *tx) error {
		was, err := one(ctx, t, value[bool], `SELECT disabled FROM users WHERE id = ?`, user.ID)
		if err != nil {
			return missing(err, "there is no account %q", user.Login)
		}
		if _, err := t.exec(ctx, `UPDATE users SET disabled = ? WHERE id = ?`, disabled, user.ID); err != nil {
			return err
		}
		if disabled {
			if ended, err = endSessions(ctx, t, user.ID, ""); err != nil {
				return err
			}
		}
		e := s.entry("user.enable", user.Login)
		if disabled {
			e.Action = "user.disable"
		}
		e.Before, e.After = standing(was), standing(disabled)
		return t.audit(ctx, by, e)
	})
	return ended, err
}

func standing(disabled bool) string {
	if disabled {
		return "disabled"
	}
	return "enabled"
}

// User returns an account by id.
func (s *AccountTables) User(ctx context.Context, id int64) (schema.User, error) {
	u, err := one(ctx, s.reader, scanUser, `SELECT id, login, name, email, admin, disabled, created_at FROM users WHERE id = ?`, id)
	return u, missing(err, "there is no such account")
}

// UserByLogin returns an account by its login.
func (s *AccountTables) UserByLogin(ctx context.Context, login string) (schema.User, error) {
	u, err := one(ctx, s.reader, scanUser, `SELECT id, login, name, email, admin, disabled, created_at FROM users WHERE login = ?`, login)
	return u, missing(err, "there is no account %q", login)
}

// Users returns every account, by login.
func (s *AccountTables) Users(ctx context.Context) ([]schema.User, error) {
	return list(ctx, s.reader, scanUser, `SELECT id, login, name, email, admin, disabled, created_at FROM users ORDER BY login`)
}
