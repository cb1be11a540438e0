package classroom

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// KeyNever is the word for a key that does not expire.
const KeyNever = "never"

// ExpireKey sets the last day of a key of an account, in UTC, or KeyNever; login "" means the
// actor's own. The owner must keep a key that does not expire.
func (a *Accounts) ExpireKey(ctx context.Context, by schema.Actor, login, fingerprint, day string) (schema.Key, error) {
	user, err := a.account(ctx, by, login)
	if err != nil {
		return schema.Key{}, err
	}
	at, err := a.endOfDay(day)
	if err != nil {
		return schema.Key{}, err
	}
	return a.store.ExpireKey(ctx, by, user, fingerprint, at, func(k course.KeyRemoval) error {
		if at.IsZero() {
			return nil
		}
		return course.MayRemoveKey(by.User, user, k)
	})
}

// endOfDay returns the end of a future day, or the zero time for KeyNever.
func (a *Accounts) endOfDay(day string) (time.Time, error) {
	if day == KeyNever {
		return time.Time{}, nil
	}
	begin, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return time.Time{}, schema.Errorf(schema.CodeInvalid, "%q is not a day; write one such as 2026-12-31, or never", schema.Sanitize(day))
	}
	end := begin.AddDate(0, 0, 1)
	if !end.After(a.clock()) {
		return time.Time{}, schema.Errorf(schema.CodeInvalid, "%s is past; to end a key now, remove it: keys remove FINGERPRINT", day)
	}
	return end, nil
}

// RemoveExpiredKeys removes the expired keys like RemoveKey. Nobody can sign in with an expired key, even before it is
// removed.
func (a *Accounts) RemoveExpiredKeys(ctx context.Context) error {
	expired, err := a.store.ExpiredKeys(ctx, a.clock())
	if err != nil {
		return fmt.Errorf("list expired keys: %w", err)
	}
	var failed error
	by := schema.Server()
	for _, k := range expired {
		_, err := a.store.RemoveKey(ctx, by, k.User, k.Fingerprint, func(course.KeyRemoval) error { return nil })
		if err != nil {
			failed = errors.Join(failed, fmt.Errorf("remove expired key %s: %w", k.Fingerprint, err))
			continue
		}
		a.revoked.tell(Revocation{User: k.User.ID, Key: k.Fingerprint, Why: "the key " + k.Fingerprint + " has expired"})
	}
	return failed
}
