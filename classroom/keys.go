package classroom

import (
	"context"
	"time"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// Keys lists an account's keys, oldest first; login "" means the actor's own.
func (a *Accounts) Keys(ctx context.Context, by schema.Actor, login string) ([]schema.Key, error) {
	user, err := a.account(ctx, by, login)
	if err != nil {
		return nil, err
	}
	return a.store.Keys(ctx, user.ID)
}

// AddKeys adds the keys of a public key file to an account. They are active at once,
// because an administrator adds them.
func (a *Accounts) AddKeys(ctx context.Context, by schema.Actor, login, text string) ([]schema.Key, error) {
	if err := course.MayAdminister(by.User); err != nil {
		return nil, err
	}
	user, err := a.account(ctx, by, login)
	if err != nil {
		return nil, err
	}
	keys, err := a.vouched(by, text)
	if err != nil {
		return nil, err
	}
	return keys, a.store.AddKeys(ctx, by, user, keys...)
}

// PendingKey is a key that has not authenticated yet, with the code that binds it.
type PendingKey struct {
	Key     schema.Key
	Code    string
	Expires time.Time // expiry of the code
}

// OfferKey adds a key to the actor's own account. The key is pending, because it has not
// authenticated yet. The code in the reply binds only this key.
func (a *Accounts) OfferKey(ctx context.Context, by schema.Actor, text string) (PendingKey, error) {
	if err := course.MayManage(by.User, by.User); err != nil {
		return PendingKey{}, err
	}
	key, err := parseKey(text)
	if err != nil {
		return PendingKey{}, err
	}
	now := a.clock()
	key.AddedAt, key.AddedBy = now, by.Key
	p := PendingKey{Key: key, Expires: now.Add(CodeLife)}
	p.Code, err = a.store.AddPendingKey(ctx, by, by.User, key, p.Expires)
	return p, err
}

// RemoveKey removes a key of an account; login "" means the actor's own. It also ends the
// key's open connections and the browser sessions, API tokens, sign-in links and codes that
// the key created.
func (a *Accounts) RemoveKey(ctx context.Context, by schema.Actor, login, fingerprint string) (schema.RemovedKey, error) {
	user, err := a.account(ctx, by, login)
	if err != nil {
		return schema.RemovedKey{}, err
	}
	removed, err := a.store.RemoveKey(ctx, by, user, fingerprint, func(k course.KeyRemoval) error {
		return course.MayRemoveKey(by.User, user, k)
	})
	if err == nil {
		a.revoked.tell(Revocation{User: user.ID, Key: fingerprint, Why: "the key " + fingerprint + " was removed"})
	}
	return removed, err
}
