package store

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/grader/grader/schema"
)

func key(u schema.User, fingerprint string) schema.Key {
	return schema.Key{UserID: u.ID, Fingerprint: "SHA256:" + fingerprint, Public: "ssh-ed25519 AAAA", Comment: "laptop", AddedAt: epoch}
}

func TestAccounts(t *testing.T) {
	t.Parallel()
	b := open(t)
	_, err := b.AddUser(t.Context(), "operator", schema.User{Login: "Alice"})
	refused(t, err, schema.CodeInvalid, "Alice")
	_, err = b.AddUser(t.Context(), "operator", schema.User{Login: "tests"})
	refused(t, err, schema.CodeInvalid, "reserved")
	active := key(schema.User{}, "a")
	alice := ok(b.AddUser(t.Context(), "operator", schema.User{Login: "alice", Name: "Alice", Email: "a@x.org", Admin: true}, active))(t)
	_, err = b.AddUser(t.Context(), "operator", schema.User{Login: "alice"})
	refused(t, err, schema.CodeConflict, `"alice" is taken`)
	_, err = b.AddUser(t.Context(), "operator", schema.User{Login: "bob"}, active)
	refused(t, err, schema.CodeConflict, "SHA256:a")
	_, err = b.UserByLogin(t.Context(), "bob")
	refused(t, err, schema.CodeNotFound, `"bob"`)
	_, err = b.User(t.Context(), 99)
	refused(t, err, schema.CodeNotFound)
	equal(t, ok(b.User(t.Context(), alice.ID))(t), alice)
	equal(t, ok(b.UserByLogin(t.Context(), "alice"))(t), alice)
	equal(t, ok(b.UserByKey(t.Context(), "SHA256:a"))(t), alice)
	equal(t, ok(b.Users(t.Context()))(t), []schema.User{alice})
	log := ok(b.AuditLog(t.Context(), 10))(t)
	equal(t, len(log), 1)
	equal(t, []string{log[0].Actor, log[0].Action, log[0].Subject}, []string{"operator", "user.add", "alice"})
}

func TestAPendingKeyBlocksNobody(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	alice, bob := b.user("alice"), b.user("bob")
	check(t, b.AddKey(t.Context(), key(alice, "k")))
	refused(t, b.AddKey(t.Context(), key(alice, "k")), schema.CodeConflict)
	_, err := b.UserByKey(t.Context(), "SHA256:k")
	refused(t, err, schema.CodeNotFound)

	code := ok(b.NewCode(t.Context(), bob.ID, epoch.Add(time.Hour)))(t)
	who := ok(b.RedeemCode(t.Context(), code, key(schema.User{}, "k"), epoch))(t)
	equal(t, who.Login, "bob")
	equal(t, ok(b.UserByKey(t.Context(), "SHA256:k"))(t).Login, "bob")

	code = ok(b.NewCode(t.Context(), alice.ID, epoch.Add(time.Hour)))(t)
	_, err = b.RedeemCode(t.Context(), code, key(schema.User{}, "k"), epoch)
	refused(t, err, schema.CodeRefused, "another account")
	ok(b.RedeemCode(t.Context(), code, key(schema.User{}, "other"), epoch))(t) // the code was not spent
	equal(t, len(ok(b.Keys(t.Context(), alice.ID))(t)), 2)
}

func TestAPendingKeyBecomesActive(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	alice := b.user("alice")
	check(t, b.AddKey(t.Context(), key(alice, "k")))
	code := ok(b.NewCode(t.Context(), alice.ID, epoch.Add(time.Hour)))(t)
	ok(b.RedeemCode(t.Context(), " "+strings.ToLower(code)+" ", key(schema.User{}, "k"), epoch))(t)
	keys := ok(b.Keys(t.Context(), alice.ID))(t)
	equal(t, len(keys), 1)
	equal(t, keys[0].Active, true)
	equal(t, keys[0].AddedAt, epoch)
}

func TestCodesAndLinksAreSpentOnceAndInTime(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	alice := b.user("alice")
	code := ok(b.NewCode(t.Context(), alice.ID, epoch.Add(time.Hour)))(t)
	link := ok(b.NewLoginToken(t.Context(), alice.ID, epoch.Add(time.Hour)))(t)
	redeem := map[string]func(secret string, at time.Time) error{
		code: func(secret string, at time.Time) error {
			_, err := b.RedeemCode(t.Context(), secret, key(schema.User{}, "k"), at)
			return err
		},
		link: func(secret string, at time.Time) error {
			_, err := b.RedeemLogin(t.Context(), secret, at)
			return err
		},
	}
	for secret, f := range redeem {
		refused(t, f("0000", epoch), schema.CodeRefused, "unknown")
		refused(t, f(secret, epoch.Add(time.Hour)), schema.CodeRefused, "expired")
		check(t, f(secret, epoch.Add(time.Hour-1000)))
		refused(t, f(secret, epoch), schema.CodeRefused, "used already")
	}
	refused(t, redeem[link](code, epoch), schema.CodeRefused, "unknown") // a code is no link
}

func TestALinkSignsInOnlyOne(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	link := ok(b.NewLoginToken(t.Context(), b.user("alice").ID, epoch.Add(time.Hour)))(t)
	var in atomic.Int32
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if _, err := b.RedeemLogin(t.Context(), link, epoch); err == nil {
				in.Add(1)
			}
		})
	}
	all.Wait()
	equal(t, in.Load(), int32(1))
}

func TestSecretsAreNotInTheDatabase(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	code := ok(b.NewCode(t.Context(), b.user("alice").ID, epoch.Add(time.Hour)))(t)
	link := ok(b.NewLoginToken(t.Context(), b.user("alice").ID, epoch.Add(time.Hour)))(t)
	check(t, b.CommitCtx(t.Context(), "session-token", []byte("data"), epoch.Add(time.Hour)))
	for _, secret := range []string{code, canonical(code), link, "session-token"} {
		for _, text := range []string{`SELECT count(*) FROM tokens WHERE instr(hash, ?)`, `SELECT count(*) FROM sessions WHERE instr(hash, ?)`} {
			equal(t, ok(one(t.Context(), b.reader, value[int], text, []byte(secret)))(t), 0)
		}
	}
}

func TestTheLastActiveKeyStays(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	alice := b.user("alice")
	first, second := key(alice, "1"), key(alice, "2")
	first.Active = true
	check(t, b.AddKey(t.Context(), first))
	check(t, b.AddKey(t.Context(), second))
	refused(t, b.RemoveKey(t.Context(), alice.ID, "SHA256:3"), schema.CodeNotFound)
	refused(t, b.RemoveKey(t.Context(), b.user("bob").ID, "SHA256:1"), schema.CodeNotFound)
	refused(t, b.RemoveKey(t.Context(), alice.ID, "SHA256:1"), schema.CodeRefused, "last active key")
	check(t, b.RemoveKey(t.Context(), alice.ID, "SHA256:2"))
	equal(t, len(ok(b.Keys(t.Context(), alice.ID))(t)), 1)
	equal(t, ok(b.UserByKey(t.Context(), "SHA256:1"))(t).Login, "alice")
}

func TestTouchKeyIsToTheMinute(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	k := key(b.user("alice"), "1")
	k.Active = true
	check(t, b.AddKey(t.Context(), k))
	refused(t, b.TouchKey(t.Context(), "SHA256:2", epoch), schema.CodeNotFound)
	for _, at := range []time.Time{epoch, epoch.Add(59 * time.Second)} {
		check(t, b.TouchKey(t.Context(), "SHA256:1", at))
		equal(t, ok(b.Keys(t.Context(), k.UserID))(t)[0].UsedAt, epoch)
	}
	check(t, b.TouchKey(t.Context(), "SHA256:1", epoch.Add(time.Minute)))
	equal(t, ok(b.Keys(t.Context(), k.UserID))(t)[0].UsedAt, epoch.Add(time.Minute))
}

func TestCourses(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	_, err := b.AddCourse(t.Context(), "operator", schema.Course{Code: "login", Zone: "UTC"})
	refused(t, err, schema.CodeInvalid, "reserved")
	_, err = b.AddCourse(t.Context(), "operator", schema.Course{Code: "c2", Zone: "Mars/Olympus"})
	refused(t, err, schema.CodeInvalid, "Mars/Olympus")
	_, err = b.AddCourse(t.Context(), "operator", schema.Course{Code: "comp2402", Zone: "UTC"})
	refused(t, err, schema.CodeConflict, "comp2402")
	_, err = b.Course(t.Context(), "nope")
	refused(t, err, schema.CodeNotFound, "nope")
	equal(t, ok(b.Course(t.Context(), "comp2402"))(t), b.course)
	equal(t, ok(b.Courses(t.Context()))(t), []schema.Course{b.course})
}

func TestTheFlavoursOfACourse(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	alice := b.user("alice")
	check(t, b.Enrol(t.Context(), "operator", "comp2402", "alice", schema.RoleStudent))
	refused(t, b.SetFlavours(t.Context(), "operator", "nope", "standard", nil), schema.CodeNotFound, "nope")
	check(t, b.SetFlavours(t.Context(), "operator", "comp2402", "small", []string{"large", "gpu", "large"}))
	want := b.course
	want.Flavour, want.OtherFlavours = "small", []string{"gpu", "large"}
	equal(t, ok(b.Course(t.Context(), "comp2402"))(t), want)
	equal(t, ok(b.Courses(t.Context()))(t), []schema.Course{want})
	equal(t, ok(b.Enrolments(t.Context(), alice.ID))(t)[0].Course, want)
	equal(t, ok(b.EnsureAssignment(t.Context(), want.ID, "a9", epoch))(t).Course, want)
	for flavour, allowed := range map[string]bool{"small": true, "gpu": true, "large": true, "standard": false} {
		equal(t, want.Allows(flavour), allowed)
	}
	entry := ok(b.AuditLog(t.Context(), 1))(t)[0]
	equal(t, []string{entry.Actor, entry.Action, entry.Subject, entry.Detail}, []string{"operator", "course.set", "comp2402", "small large gpu large"})
	check(t, b.SetFlavours(t.Context(), "operator", "comp2402", "standard", nil))
	equal(t, ok(b.Course(t.Context(), "comp2402"))(t), b.course)
}

func TestEnrolments(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	alice := b.user("alice")
	refused(t, b.Enrol(t.Context(), "op", "nope", "alice", schema.RoleTA), schema.CodeNotFound, "nope")
	refused(t, b.Enrol(t.Context(), "op", "comp2402", "nobody", schema.RoleTA), schema.CodeNotFound, "nobody")
	refused(t, b.Enrol(t.Context(), "op", "comp2402", "alice", "boss"), schema.CodeInvalid, "boss")
	equal(t, ok(b.Role(t.Context(), b.course.ID, alice.ID))(t), schema.RoleStudent)
	check(t, b.Enrol(t.Context(), "op", "comp2402", "alice", schema.RoleTA))
	equal(t, ok(b.Role(t.Context(), b.course.ID, alice.ID))(t), schema.RoleTA)
	equal(t, ok(b.Role(t.Context(), b.course.ID, 99))(t), schema.Role(""))
	equal(t, ok(b.Enrolments(t.Context(), alice.ID))(t), []schema.Enrolment{{Course: b.course, User: alice, Role: schema.RoleTA}})
	equal(t, len(ok(b.Roster(t.Context(), b.course.ID))(t)), 4)
	equal(t, ok(b.AuditLog(t.Context(), 1))(t)[0].Detail, "alice ta")
}

func TestSessions(t *testing.T) {
	t.Parallel()
	b := open(t)
	_, found, err := b.Find("t")
	equal(t, []any{found, err}, []any{false, nil})
	check(t, b.Commit("t", []byte("one"), epoch.Add(time.Hour)))
	check(t, b.Commit("t", []byte("two"), epoch.Add(time.Hour)))
	check(t, b.Commit("gone", []byte("x"), epoch.Add(time.Second)))
	data, found, err := b.Find("t")
	equal(t, []any{string(data), found, err}, []any{"two", true, nil})
	b.pass(time.Minute)
	_, found, err = b.Find("gone")
	equal(t, []any{found, err}, []any{false, nil})
	check(t, b.Delete("t"))
	check(t, b.Delete("t"))
	_, found, _ = b.Find("t")
	equal(t, found, false)
}

func TestAnAccountHasSoManyKeysAndNoMore(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	alice := b.user("alice")
	for i := range maxKeys {
		check(t, b.AddKey(t.Context(), key(alice, fmt.Sprint("k", i))))
	}
	refused(t, b.AddKey(t.Context(), key(alice, "one more")), schema.CodeLimit, "100 keys", "remove some first")
	check(t, b.RemoveKey(t.Context(), alice.ID, key(alice, "k0").Fingerprint))
	check(t, b.AddKey(t.Context(), key(alice, "one more")))
}
