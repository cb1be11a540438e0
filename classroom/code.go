package classroom

import (
	"context"
	"time"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// Code is a one-time code that binds a key to an account.
type Code struct {
	Login   string    `json:"login"`
	Code    string    `json:"code"`
	Key     string    `json:"key,omitempty"` // fingerprint of the only key that it binds
	Expires time.Time `json:"expires"`
}

// NewCode creates a one-time code for an existing account, for somebody who has lost their
// key. If text is a public key file, the code binds only that key.
func (a *Accounts) NewCode(ctx context.Context, by schema.Actor, login, text string) (Code, error) {
	if err := course.MayAdminister(by.User); err != nil {
		return Code{}, err
	}
	user, err := a.store.UserByLogin(ctx, login)
	if err != nil {
		return Code{}, err
	}
	if err := course.MayEnter(user); err != nil {
		return Code{}, err
	}
	c := Code{Login: login, Expires: a.clock().Add(CodeLife)}
	if text != "" {
		key, err := parseKey(text)
		if err != nil {
			return Code{}, err
		}
		c.Key = key.Fingerprint
	}
	c.Code, err = a.store.NewCode(ctx, by, user, c.Key, c.Expires)
	return c, err
}

// Join binds a key that has just authenticated, in authorized_keys form, to the account of
// a one-time code.
func (a *Accounts) Join(ctx context.Context, by schema.Actor, code, public string) (schema.User, error) {
	key, err := parseKey(public)
	if err != nil {
		return schema.User{}, err
	}
	now := a.clock()
	key.Active, key.AddedAt = true, now
	return a.store.RedeemCode(ctx, by, code, key, now)
}
