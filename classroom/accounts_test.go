package classroom_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/schema"
)

// TestCodeAndLinkLifetimes creates codes and links in every way and compares their lifetimes, which
// once differed.
func TestCodeAndLinkLifetimes(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	added, err := b.Accounts.AddUser(t.Context(), schema.Operator(), classroom.NewUser{Login: "zoe", Code: true})
	check(t, err)
	lost, err := b.Accounts.NewCode(t.Context(), schema.Operator(), "bob", "")
	check(t, err)
	offered, err := b.Accounts.OfferKey(t.Context(), b.actors["alice"], publicKey(t, "laptop"))
	check(t, err)
	for name, until := range map[string]time.Time{"user add": added.Expires, "user code": lost.Expires, "keys add": offered.Expires} {
		if life := until.Sub(epoch).Truncate(time.Minute); life != 14*24*time.Hour {
			t.Errorf("%s: a code for %v", name, life)
		}
	}
	for _, login := range []string{"", "bob"} {
		link, err := b.Accounts.SignInLink(t.Context(), b.actors["root"], login)
		check(t, err)
		if life := link.Expires.Sub(epoch).Truncate(time.Minute); life != 10*time.Minute {
			t.Errorf("link for %q: for %v", login, life)
		}
	}
}

// TestLostKey runs the steps of an operator for a person who has lost their only key.
func TestLostKey(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	code, err := b.Accounts.NewCode(t.Context(), schema.Operator(), "alice", "")
	check(t, err)
	if e := b.last(); e.Action != "user.code" || e.Subject != "alice" || e.Actor != "operator" {
		t.Errorf("audit entry %+v", e)
	}
	fresh := publicKey(t, "fresh")
	user, err := b.Accounts.Join(t.Context(), schema.Actor{Channel: schema.ChannelSSH}, strings.ToLower(code.Code), fresh)
	if check(t, err); user.Login != "alice" {
		t.Errorf("joined as %q", user.Login)
	}
	if e := b.last(); e.Action != "key.bind" || e.Actor != "alice" || e.Channel != schema.ChannelSSH || e.Detail != fingerprint(t, "fresh") {
		t.Errorf("audit entry %+v", e)
	}
	_, err = b.Accounts.RemoveKey(t.Context(), schema.Operator(), "alice", b.actors["alice"].Key)
	check(t, err)
	want := []classroom.Revocation{{User: user.ID, Key: b.actors["alice"].Key, Why: "the key " + b.actors["alice"].Key + " was removed"}}
	if diff := cmp.Diff(want, b.revoked); diff != "" {
		t.Errorf("revoked (-want +got):\n%s", diff)
	}
	keys, err := b.Accounts.Keys(t.Context(), schema.Operator(), "alice")
	if check(t, err); len(keys) != 1 || keys[0].Fingerprint != fingerprint(t, "fresh") || !keys[0].Active {
		t.Errorf("keys %+v", keys)
	}
	_, err = b.Accounts.NewCode(t.Context(), schema.Operator(), "nobody", "")
	refused(t, err, schema.CodeNotFound, `"nobody"`)
}

// TestLastActiveKey checks that people cannot remove their last active key, and that an operator can.
func TestLastActiveKey(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	alice := b.actors["alice"]
	_, err := b.Accounts.RemoveKey(t.Context(), alice, "", alice.Key)
	refused(t, err, schema.CodeRefused, "is your last active key that does not expire; add another one first")
	offered, err := b.Accounts.OfferKey(t.Context(), alice, publicKey(t, "laptop"))
	check(t, err)
	_, err = b.Accounts.RemoveKey(t.Context(), alice, "", alice.Key) // nobody can sign in with a pending key
	refused(t, err, schema.CodeRefused, "last active key")
	_, err = b.Accounts.Join(t.Context(), schema.Actor{Channel: schema.ChannelSSH}, offered.Code, publicKey(t, "laptop"))
	check(t, err)
	removed, err := b.Accounts.RemoveKey(t.Context(), alice, "", alice.Key)
	if check(t, err); len(removed.Added) != 1 || removed.Added[0].Fingerprint != offered.Key.Fingerprint {
		t.Errorf("added by it: %+v", removed.Added)
	}
	_, err = b.Accounts.RemoveKey(t.Context(), schema.Operator(), "bob", b.actors["bob"].Key)
	check(t, err)
	if len(b.revoked) != 2 {
		t.Errorf("%d revocations, want those of the two keys that were removed", len(b.revoked))
	}
}

// TestCodeForKeyFile checks that a code for a key file binds only the key in the file.
func TestCodeForKeyFile(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	code, err := b.Accounts.NewCode(t.Context(), schema.Operator(), "alice", publicKey(t, "laptop"))
	if check(t, err); code.Key != fingerprint(t, "laptop") {
		t.Errorf("the code is for %q", code.Key)
	}
	_, err = b.Accounts.Join(t.Context(), schema.Actor{Channel: schema.ChannelSSH}, code.Code, publicKey(t, "other"))
	refused(t, err, schema.CodeRefused, "is for the key "+fingerprint(t, "laptop"))
	_, err = b.Accounts.Join(t.Context(), schema.Actor{Channel: schema.ChannelSSH}, code.Code, publicKey(t, "laptop"))
	check(t, err)
}

func TestKeysOfFile(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	added, err := b.Accounts.AddUser(t.Context(), schema.Operator(), classroom.NewUser{Login: "jane", Keys: []string{publicKey(t, "lap") + publicKey(t, "lab"), publicKey(t, "lap")}})
	check(t, err)
	if diff := cmp.Diff([]string{fingerprint(t, "lap"), fingerprint(t, "lab")}, added.Keys); diff != "" {
		t.Errorf("keys (-want +got):\n%s", diff)
	}
	for _, name := range []string{"lap", "lab"} {
		if user, err := b.store.UserByKey(t.Context(), fingerprint(t, name)); err != nil || user.Login != "jane" {
			t.Errorf("%s is of %q, %v", name, user.Login, err)
		}
	}
	_, err = b.Accounts.AddKeys(t.Context(), schema.Operator(), "alice", publicKey(t, "free")+publicKey(t, "lab"))
	refused(t, err, schema.CodeConflict, fingerprint(t, "lab"))
	if _, err := b.store.UserByKey(t.Context(), fingerprint(t, "free")); schema.CodeOf(err) != schema.CodeNotFound {
		t.Errorf("a file was taken in part: %v", err)
	}
	_, err = b.Accounts.OfferKey(t.Context(), b.actors["alice"], publicKey(t, "one")+publicKey(t, "two"))
	refused(t, err, schema.CodeInvalid, "these are 2 keys; send one at a time")
	_, err = b.Accounts.AddUser(t.Context(), schema.Operator(), classroom.NewUser{Login: "joe", Keys: []string{weakKey(t)}})
	refused(t, err, schema.CodeInvalid, "1024 bits")
	if _, err := b.store.UserByLogin(t.Context(), "joe"); schema.CodeOf(err) != schema.CodeNotFound {
		t.Errorf("the account was made without its key: %v", err)
	}
	code, err := b.Accounts.NewCode(t.Context(), schema.Operator(), "alice", "")
	check(t, err)
	_, err = b.Accounts.Join(t.Context(), schema.Actor{Channel: schema.ChannelSSH}, code.Code, weakKey(t))
	refused(t, err, schema.CodeInvalid, "1024 bits")
}
