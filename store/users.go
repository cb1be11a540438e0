package store

import (
	"context"

	"github.com/grader/grader/schema"
)

func scanUser(r row) (u schema.User, err error) {
	err = r.Scan(&u.ID, &u.Login, &u.Name, &u.Email, &u.Admin, instant{&u.CreatedAt})
	return u, err
}

// AddUser makes an account with its active keys and returns it; u.ID is ignored,
// a zero CreatedAt is now. CodeInvalid: a login that cannot be one. CodeConflict:
// the login is taken, or a key is active elsewhere.
func (s *Store) AddUser(ctx context.Context, actor string, u schema.User, keys ...schema.Key) (added schema.User, err error) {
	if err := schema.OwnerName("login", u.Login); err != nil {
		return schema.User{}, err
	}
	if u.CreatedAt.IsZero() {
		u.CreatedAt = s.clock()
	}
	err = s.write(ctx, "add user", func(t *tx) error {
		added, err = one(ctx, t, scanUser, `INSERT INTO users (login, name, email, admin, created_at) VALUES (?, ?, ?, ?, ?)
			RETURNING id, login, name, email, admin, created_at`, u.Login, u.Name, u.Email, u.Admin, micros(u.CreatedAt))
		if err != nil {
			return conflict(err, "login %q is taken", u.Login)
		}
		for _, k := range keys {
			k.UserID, k.Active = added.ID, true
			if err := insertKey(ctx, t, k); err != nil {
				return err
			}
		}
		return t.audit(ctx, s.entry(actor, "user.add", u.Login, ""))
	})
	return added, err
}

// User returns an account by id.
func (s *Store) User(ctx context.Context, id int64) (schema.User, error) {
	u, err := one(ctx, s.reader, scanUser, `SELECT id, login, name, email, admin, created_at FROM users WHERE id = ?`, id)
	return u, missing(err, "there is no such account")
}

// UserByLogin returns an account by its login.
func (s *Store) UserByLogin(ctx context.Context, login string) (schema.User, error) {
	u, err := one(ctx, s.reader, scanUser, `SELECT id, login, name, email, admin, created_at FROM users WHERE login = ?`, login)
	return u, missing(err, "there is no account %q", login)
}

// Users returns every account, by login.
func (s *Store) Users(ctx context.Context) ([]schema.User, error) {
	return list(ctx, s.reader, scanUser, `SELECT id, login, name, email, admin, created_at FROM users ORDER BY login`)
}
