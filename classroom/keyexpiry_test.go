package classroom_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/schema"
)

// TestKeyExpires gives one of two keys a last day. Until the end of that day alice can sign in with the key. After that
// nobody can sign in with it, and it is removed with the sessions and secrets that it created.
func TestKeyExpires(t *testing.T) {
	t.Parallel()
	b := newBundle(t) // 2026-09-14 09:00 UTC
	ctx := t.Context()
	lab := fingerprint(t, "lab")
	_, err := b.Accounts.AddKeys(ctx, schema.Operator(), "alice", publicKey(t, "lab"))
	check(t, err)
	key, err := b.Accounts.ExpireKey(ctx, b.actors["alice"], "", lab, "2026-09-15")
	if check(t, err); schema.ExpiryWords(key) != "expires after 2026-09-15" {
		t.Errorf("%+v", key)
	}
	if e := b.last(); e.Action != "key.expire" || e.Actor != "alice" || e.Detail != lab || e.Before != "does not expire" || e.After != "expires after 2026-09-15" {
		t.Errorf("audit entry %+v", e)
	}
	signsIn := func(want bool) {
		t.Helper()
		if _, err := b.store.UserByKey(ctx, lab); (err == nil) != want {
			t.Errorf("at %s: %v, want the key to sign in: %v", b.now().Format(time.RFC3339), err, want)
		}
	}
	b.pass(39*time.Hour - time.Minute - b.now().Sub(epoch))
	signsIn(true)
	check(t, b.Accounts.RemoveExpiredKeys(ctx))
	signsIn(true)
	b.revoked = nil
	b.pass(time.Minute)
	signsIn(false)
	check(t, b.Accounts.RemoveExpiredKeys(ctx))
	want := []classroom.Revocation{{User: b.actors["alice"].User.ID, Key: lab, Why: "the key " + lab + " has expired"}}
	if diff := cmp.Diff(want, b.revoked); diff != "" {
		t.Errorf("revoked (-want +got):\n%s", diff)
	}
	keys, err := b.Accounts.Keys(ctx, b.actors["alice"], "")
	if check(t, err); len(keys) != 1 || keys[0].Fingerprint != b.actors["alice"].Key {
		t.Errorf("keys %+v", keys)
	}
	// The key can be registered again.
	_, err = b.Accounts.AddKeys(ctx, schema.Operator(), "alice", publicKey(t, "lab"))
	check(t, err)
	signsIn(true)
}

func TestKeyExpiryRefusals(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	ctx := t.Context()
	own := b.actors["alice"].Key
	for name, c := range map[string]struct {
		by, login, key, day string
		code                schema.Code
		says                string
	}{
		"the last key":        {"alice", "", own, "2026-12-31", schema.CodeRefused, "is your last active key that does not expire; add another one first"},
		"a word":              {"alice", "", own, "tomorrow", schema.CodeInvalid, `"tomorrow" is not a day; write one such as 2026-12-31, or never`},
		"an impossible day":   {"alice", "", own, "2026-02-30", schema.CodeInvalid, `"2026-02-30" is not a day`},
		"a past day":          {"alice", "", own, "2026-09-13", schema.CodeInvalid, "2026-09-13 is past; to end a key now, remove it: keys remove FINGERPRINT"},
		"an unknown key":      {"alice", "", "SHA256:none", "2026-12-31", schema.CodeNotFound, "alice has no key SHA256:none"},
		"somebody else's key": {"alice", "", b.actors["bob"].Key, "2026-12-31", schema.CodeNotFound, "alice has no key"},
		"another account":     {"ida", "alice", own, "2026-12-31", schema.CodeForbidden, ""},
	} {
		_, err := b.Accounts.ExpireKey(ctx, b.actors[c.by], c.login, c.key, c.day)
		if refused(t, err, c.code, c.says); t.Failed() {
			t.Fatal(name)
		}
	}
	// A second expiring key does not count as a key that stays.
	_, err := b.Accounts.AddKeys(ctx, schema.Operator(), "alice", publicKey(t, "lab"))
	check(t, err)
	_, err = b.Accounts.ExpireKey(ctx, b.actors["alice"], "", fingerprint(t, "lab"), "2026-12-31")
	check(t, err)
	_, err = b.Accounts.ExpireKey(ctx, b.actors["alice"], "", own, "2026-12-31")
	refused(t, err, schema.CodeRefused, "is your last active key that does not expire; add another one first")
	// The key that stays cannot be removed either, because only the expiring key would be left.
	_, err = b.Accounts.RemoveKey(ctx, b.actors["alice"], "", own)
	refused(t, err, schema.CodeRefused, "is your last active key that does not expire; add another one first")
	// An administrator may remove it, and may remove the last day.
	_, err = b.Accounts.ExpireKey(ctx, b.actors["root"], "alice", own, "2026-12-31")
	check(t, err)
	key, err := b.Accounts.ExpireKey(ctx, b.actors["alice"], "", own, classroom.KeyNever)
	if check(t, err); !key.ExpiresAt.IsZero() {
		t.Errorf("%+v", key)
	}
}

// TestRemoveKeyAmongExpiringOnes removes keys of an account after an administrator has set a last day for all its keys.
func TestRemoveKeyAmongExpiringOnes(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	ctx := t.Context()
	own, lab := b.actors["alice"].Key, fingerprint(t, "lab")
	_, err := b.Accounts.AddKeys(ctx, schema.Operator(), "alice", publicKey(t, "lab"))
	check(t, err)
	for key, day := range map[string]string{own: "2026-12-31", lab: "2026-09-15"} {
		_, err = b.Accounts.ExpireKey(ctx, b.actors["root"], "alice", key, day)
		check(t, err)
	}
	b.pass(48 * time.Hour) // lab has expired, but is not removed yet
	_, err = b.Accounts.RemoveKey(ctx, b.actors["alice"], "", own)
	refused(t, err, schema.CodeRefused, "is your last active key; add another one first")
	_, err = b.Accounts.RemoveKey(ctx, b.actors["alice"], "", lab)
	check(t, err)
	_, err = b.Accounts.AddKeys(ctx, schema.Operator(), "alice", publicKey(t, "desk"))
	check(t, err)
	_, err = b.Accounts.RemoveKey(ctx, b.actors["alice"], "", own)
	check(t, err)
}
