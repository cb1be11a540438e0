package store

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

func key(u schema.User, fingerprint string) schema.Key {
	return schema.Key{UserID: u.ID, Fingerprint: "SHA256:" + fingerprint, Public: "ssh-ed25519 AAAA", Comment: "laptop", AddedAt: epoch}
}

func TestAccounts(t *testing.T) {
	t.Parallel()
	b := open(t)
	_, err := b.AddUser(t.Context(), schema.Operator(), schema.User{Login: "Alice"})
	refused(t, err, schema.CodeInvalid, "Alice")
	_, err = b.AddUser(t.Context(), schema.Operator(), schema.User{Login: "tests"})
	refused(t, err, schema.CodeInvalid, "reserved")
	active := key(schema.User{}, "a")
	alice := ok(b.AddUser(t.Context(), schema.Operator(), schema.User{Login: "alice", Name: "Alice", Email: "a@x.org", Admin: true}, active))(t)
	_, err = b.AddUser(t.Context(), schema.Operator(), schema.User{Login: "alice"})
	refused(t, err, schema.CodeConflict, `"alice" is taken`)
	_, err = b.AddUser(t.Context(), schema.Operator(), schema.User{Login: "bob"}, active)
	refused(t, err, schema.CodeConflict, "SHA256:a")
	_, err = b.UserByLogin(t.Context(), "bob")
	refused(t, err, schema.CodeNotFound, `"bob"`)
	_, err = b.User(t.Context(), 99)
	refused(t, err, schema.CodeNotFound)
	equal(t, ok(b.User(t.Context(), alice.ID))(t), alice)
	equal(t, ok(b.UserByLogin(t.Context(), "alice"))(t), alice)
	equal(t, ok(b.UserByKey(t.Context(), "SHA256:a"))(t), alice)
	equal(t, ok(b.Users(t.Context()))(t), []schema.User{alice})
	log := ok(b.AuditLog(t.Context(), schema.AuditQuery{Limit: 10}))(t)
	equal(t, len(log), 1)
	equal(t, b.last(), schema.AuditEntry{Actor: "operator", Channel: schema.ChannelAdmin, Action: "user.add", Subject: "alice", Detail: "SHA256:a"})
}

func TestPendingKeyBlocksNobody(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	alice, bob := b.user("alice"), b.user("bob")
	check(t, b.addKey("alice", key(alice, "k")))
	refused(t, b.addKey("alice", key(alice, "k")), schema.CodeConflict)
	_, err := b.UserByKey(t.Context(), "SHA256:k")
	refused(t, err, schema.CodeNotFound)

	code := ok(b.NewCode(t.Context(), schema.Operator(), bob, "", epoch.Add(time.Hour)))(t)
	who := ok(b.RedeemCode(t.Context(), schema.Actor{Channel: schema.ChannelSSH}, code, key(schema.User{}, "k"), epoch))(t)
	equal(t, who.Login, "bob")
	equal(t, ok(b.UserByKey(t.Context(), "SHA256:k"))(t).Login, "bob")

	code = ok(b.NewCode(t.Context(), schema.Operator(), alice, "", epoch.Add(time.Hour)))(t)
	_, err = b.RedeemCode(t.Context(), schema.Actor{Channel: schema.ChannelSSH}, code, key(schema.User{}, "k"), epoch)
	refused(t, err, schema.CodeRefused, "another account")
	ok(b.RedeemCode(t.Context(), schema.Actor{Channel: schema.ChannelSSH}, code, key(schema.User{}, "other"), epoch))(t) // the code is still valid
	equal(t, len(ok(b.Keys(t.Context(), alice.ID))(t)), 2)
}

func TestPendingKeyBecomesActive(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	alice := b.user("alice")
	check(t, b.addKey("alice", key(alice, "k")))
	code := ok(b.NewCode(t.Context(), schema.Operator(), alice, "", epoch.Add(time.Hour)))(t)
	ok(b.RedeemCode(t.Context(), schema.Actor{Channel: schema.ChannelSSH}, " "+strings.ToLower(code)+" ", key(schema.User{}, "k"), epoch))(t)
	keys := ok(b.Keys(t.Context(), alice.ID))(t)
	equal(t, len(keys), 1)
	equal(t, keys[0].Active, true)
	equal(t, keys[0].AddedAt, epoch)
}

func TestSecretsWorkOnceAndExpire(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	alice := b.user("alice")
	code := ok(b.NewCode(t.Context(), schema.Operator(), alice, "", epoch.Add(time.Hour)))(t)
	link := ok(b.NewLoginToken(t.Context(), schema.Operator(), alice, epoch.Add(time.Hour)))(t)
	redeem := map[string]func(secret string, at time.Time) error{
		code: func(secret string, at time.Time) error {
			_, err := b.RedeemCode(t.Context(), schema.Actor{Channel: schema.ChannelSSH}, secret, key(schema.User{}, "k"), at)
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
	refused(t, redeem[link](code, epoch), schema.CodeRefused, "unknown") // a code is not a link
}

func TestLinkWorksOnceConcurrently(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	link := ok(b.NewLoginToken(t.Context(), schema.Operator(), b.user("alice"), epoch.Add(time.Hour)))(t)
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
	code := ok(b.NewCode(t.Context(), schema.Operator(), b.user("alice"), "", epoch.Add(time.Hour)))(t)
	link := ok(b.NewLoginToken(t.Context(), schema.Operator(), b.user("alice"), epoch.Add(time.Hour)))(t)
	check(t, b.SaveSession(t.Context(), schema.Session{Token: "session-token", User: b.user("alice").ID, Data: []byte("data"), Expires: epoch.Add(time.Hour)}))
	for _, secret := range []string{code, canonical(code), link, "session-token"} {
		for _, text := range []string{`SELECT count(*) FROM tokens WHERE instr(hash, ?)`, `SELECT count(*) FROM sessions WHERE instr(hash, ?)`} {
			equal(t, ok(one(t.Context(), b.reader, value[int], text, []byte(secret)))(t), 0)
		}
	}
}

// addKey adds a key to a person's account.
func (b *bundle) addKey(login string, k schema.Key) error {
	b.t.Helper()
	return b.AddKeys(b.t.Context(), b.actor(login, ""), b.user(login), k)
}

// removeKey removes a person's key with a rule that allows everything.
func (b *bundle) removeKey(login, fingerprint string) (schema.RemovedKey, error) {
	b.t.Helper()
	return b.RemoveKey(b.t.Context(), b.actor(login, ""), b.user(login), fingerprint, func(course.KeyRemoval) error { return nil })
}

func TestRemoveKeyReportsRemoval(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	alice := b.user("alice")
	first, second := key(alice, "1"), key(alice, "2")
	first.Active = true
	check(t, b.addKey("alice", first))
	check(t, b.addKey("alice", second))
	for login, fingerprint := range map[string]string{"alice": "SHA256:3", "bob": "SHA256:1"} {
		_, err := b.removeKey(login, fingerprint)
		refused(t, err, schema.CodeNotFound, login+" has no key "+fingerprint)
	}
	var asked course.KeyRemoval
	_, err := b.RemoveKey(t.Context(), b.actor("alice", ""), alice, "SHA256:1", func(k course.KeyRemoval) error {
		asked = k
		return schema.Errorf(schema.CodeRefused, "it stays")
	})
	refused(t, err, schema.CodeRefused, "it stays")
	equal(t, asked, course.KeyRemoval{Fingerprint: "SHA256:1", Active: true, Left: 0})
	equal(t, len(ok(b.Keys(t.Context(), alice.ID))(t)), 2)
	equal(t, ok(b.removeKey("alice", "SHA256:2"))(t).Key.Fingerprint, "SHA256:2")
	equal(t, b.last(), schema.AuditEntry{Actor: "alice", Channel: schema.ChannelSSH, Action: "key.remove", Subject: "alice", Detail: "SHA256:2"})
	equal(t, ok(b.UserByKey(t.Context(), "SHA256:1"))(t).Login, "alice")
}

// TestRemoveKeyEndsItsSessionsAndSecrets gives two keys of one account the same sessions and secrets, and
// removes one key.
func TestRemoveKeyEndsItsSessionsAndSecrets(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	alice := b.user("alice")
	links := map[string]string{}
	codes := map[string]string{}
	until := epoch.Add(time.Hour)
	for _, name := range []string{"stolen", "own"} {
		k := key(alice, name)
		k.Active = true
		check(t, b.addKey("alice", k))
	}
	for _, name := range []string{"stolen", "own"} {
		by := b.actor("alice", "SHA256:"+name)
		links[name] = ok(b.NewLoginToken(t.Context(), by, alice, until))(t)
		codes[name] = ok(b.NewCode(t.Context(), by, alice, "", until))(t)
		check(t, b.SaveSession(t.Context(), schema.Session{Token: name, User: alice.ID, Key: by.Key, Data: []byte("x"), Expires: until}))
	}
	// The stolen key admits another, and a third is about to be added.
	by := b.actor("alice", "SHA256:stolen")
	planted := key(alice, "planted")
	planted.AddedBy = by.Key
	code := ok(b.AddPendingKey(t.Context(), by, alice, planted, until))(t)
	ok(b.RedeemCode(t.Context(), schema.Actor{Channel: schema.ChannelSSH}, code, planted, epoch))(t)
	codes["for the stolen key"] = ok(b.NewCode(t.Context(), schema.Operator(), alice, by.Key, until))(t)

	removed := ok(b.removeKey("alice", "SHA256:stolen"))(t)
	equal(t, removed.Ended, schema.Ended{Sessions: 1, Links: 1, Codes: 2})
	equal(t, len(removed.Added), 1)
	equal(t, removed.Added[0].Fingerprint, "SHA256:planted")
	for name, good := range map[string]bool{"stolen": false, "own": true} {
		_, found, err := b.FindSession(t.Context(), name)
		equal(t, []any{found, err}, []any{good, nil})
		_, err = b.RedeemLogin(t.Context(), links[name], epoch)
		equal(t, err == nil, good)
		_, err = b.RedeemCode(t.Context(), schema.Actor{Channel: schema.ChannelSSH}, codes[name], key(alice, "new-"+name), epoch)
		equal(t, err == nil, good)
	}
	_, err := b.RedeemCode(t.Context(), schema.Actor{Channel: schema.ChannelSSH}, codes["for the stolen key"], key(alice, "stolen"), epoch)
	refused(t, err, schema.CodeRefused, "unknown")
}

// TestRemovedKeyCreatesNoSecrets acts in a session after its key was removed.
func TestRemovedKeyCreatesNoSecrets(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	alice, until := b.user("alice"), epoch.Add(time.Hour)
	by := b.actor("alice", "SHA256:gone")
	_, err := b.NewLoginToken(t.Context(), by, alice, until)
	refused(t, err, schema.CodeRefused, "SHA256:gone was removed")
	_, err = b.NewCode(t.Context(), by, alice, "", until)
	refused(t, err, schema.CodeRefused, "SHA256:gone was removed")
	_, err = b.AddPendingKey(t.Context(), by, alice, key(alice, "k"), until)
	refused(t, err, schema.CodeRefused, "SHA256:gone was removed")
	equal(t, len(ok(b.Keys(t.Context(), alice.ID))(t)), 0)
	err = b.SaveSession(t.Context(), schema.Session{Token: "t", User: alice.ID, Key: by.Key, Expires: until})
	refused(t, err, schema.CodeUnauthenticated, "was removed")
	err = b.SaveSession(t.Context(), schema.Session{Token: "t", User: 99, Expires: until})
	refused(t, err, schema.CodeUnauthenticated)
}

func TestCodeBoundToKey(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	alice, until := b.user("alice"), epoch.Add(time.Hour)
	redeem := func(code, name string) error {
		_, err := b.RedeemCode(t.Context(), schema.Actor{Channel: schema.ChannelSSH}, code, key(alice, name), epoch)
		return err
	}
	pending := ok(b.AddPendingKey(t.Context(), schema.Operator(), alice, key(alice, "mine"), until))(t)
	named := ok(b.NewCode(t.Context(), schema.Operator(), alice, "SHA256:named", until))(t)
	refused(t, redeem(pending, "other"), schema.CodeRefused, "SHA256:mine", "SHA256:other", "-o IdentitiesOnly=yes -i FILE")
	refused(t, redeem(named, "mine"), schema.CodeRefused, "SHA256:named")
	check(t, redeem(pending, "mine")) // refused codes stay valid
	check(t, redeem(named, "named"))
	again := ok(b.AddPendingKey(t.Context(), schema.Operator(), alice, key(alice, "late"), until))(t)
	anew := ok(b.AddPendingKey(t.Context(), schema.Operator(), alice, key(alice, "late"), until))(t) // the first code was lost
	check(t, redeem(anew, "late"))
	equal(t, again != anew, true)
	_, err := b.AddPendingKey(t.Context(), schema.Operator(), alice, key(alice, "mine"), until)
	refused(t, err, schema.CodeConflict, "SHA256:mine is there already")
}

func TestSetDisabled(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	alice, until := b.user("alice"), epoch.Add(time.Hour)
	k := key(alice, "k")
	k.Active = true
	check(t, b.addKey("alice", k))
	check(t, b.SaveSession(t.Context(), schema.Session{Token: "s", User: alice.ID, Data: []byte("x"), Expires: until}))
	check(t, b.SaveSession(t.Context(), schema.Session{Token: "bob's", User: b.user("bob").ID, Data: []byte("x"), Expires: until}))
	ok(b.NewLoginToken(t.Context(), schema.Operator(), alice, until))(t)
	equal(t, ok(b.SetDisabled(t.Context(), schema.Operator(), alice, true))(t), schema.Ended{Sessions: 1, Links: 1})
	equal(t, b.last(), schema.AuditEntry{Actor: "operator", Channel: schema.ChannelAdmin, Action: "user.disable", Subject: "alice", Before: "enabled", After: "disabled"})
	equal(t, ok(b.UserByKey(t.Context(), "SHA256:k"))(t).Disabled, true)
	equal(t, ok(b.UserByLogin(t.Context(), "alice"))(t).Disabled, true)
	code := ok(b.NewCode(t.Context(), schema.Operator(), alice, "", until))(t)
	link := ok(b.NewLoginToken(t.Context(), schema.Operator(), alice, until))(t)
	_, err := b.RedeemCode(t.Context(), schema.Actor{Channel: schema.ChannelSSH}, code, key(alice, "2"), epoch)
	refused(t, err, schema.CodeRefused, "alice is disabled")
	_, err = b.RedeemLogin(t.Context(), link, epoch)
	refused(t, err, schema.CodeRefused, "alice is disabled")
	refused(t, b.SaveSession(t.Context(), schema.Session{Token: "s", User: alice.ID, Data: []byte("x"), Expires: until}), schema.CodeUnauthenticated)
	_, found, _ := b.FindSession(t.Context(), "bob's")
	equal(t, found, true)
	ok(b.SetDisabled(t.Context(), schema.Operator(), alice, false))(t)
	equal(t, b.last().Action, "user.enable")
	ok(b.RedeemLogin(t.Context(), link, epoch))(t)
	_, err = b.SetDisabled(t.Context(), schema.Operator(), schema.User{ID: 99, Login: "nobody"}, true)
	refused(t, err, schema.CodeNotFound, "nobody")
}

func TestEndSessions(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	alice, until := b.user("alice"), epoch.Add(time.Hour)
	for _, token := range []string{"phone", "laptop"} {
		check(t, b.SaveSession(t.Context(), schema.Session{Token: token, User: alice.ID, Data: []byte("x"), Expires: until}))
	}
	ok(b.NewCode(t.Context(), schema.Operator(), alice, "", until))(t)
	equal(t, ok(b.EndSessions(t.Context(), b.actor("alice", ""), alice))(t), schema.Ended{Sessions: 2, Codes: 1})
	equal(t, ok(b.EndSessions(t.Context(), b.actor("alice", ""), alice))(t), schema.Ended{})
	equal(t, b.last().Action, "user.sign-out")
}

func TestTouchKeyIsToTheMinute(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	k := key(b.user("alice"), "1")
	k.Active = true
	check(t, b.addKey("alice", k))
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
	_, err := b.AddCourse(t.Context(), schema.Operator(), schema.Course{Code: "login", Zone: "UTC"})
	refused(t, err, schema.CodeInvalid, "reserved")
	_, err = b.AddCourse(t.Context(), schema.Operator(), schema.Course{Code: "c2", Zone: "Mars/Olympus"})
	refused(t, err, schema.CodeInvalid, "Mars/Olympus")
	_, err = b.AddCourse(t.Context(), schema.Operator(), schema.Course{Code: "comp2402", Zone: "UTC"})
	refused(t, err, schema.CodeConflict, "comp2402")
	_, err = b.Course(t.Context(), "nope")
	refused(t, err, schema.CodeNotFound, "nope")
	equal(t, ok(b.Course(t.Context(), "comp2402"))(t), b.course)
	equal(t, ok(b.Courses(t.Context()))(t), []schema.Course{b.course})
}

func TestSetFlavours(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	alice := b.user("alice")
	check(t, b.Enrol(t.Context(), schema.Operator(), b.course, alice, schema.RoleStudent))
	refused(t, b.SetFlavours(t.Context(), schema.Operator(), "nope", "standard", nil), schema.CodeNotFound, "nope")
	check(t, b.SetFlavours(t.Context(), schema.Operator(), "comp2402", "small", []string{"large", "gpu", "large"}))
	want := b.course
	want.Flavour, want.OtherFlavours = "small", []string{"gpu", "large"}
	equal(t, ok(b.Course(t.Context(), "comp2402"))(t), want)
	equal(t, ok(b.Courses(t.Context()))(t), []schema.Course{want})
	equal(t, ok(b.Enrolments(t.Context(), alice.ID))(t)[0].Course, want)
	equal(t, ok(b.EnsureAssignment(t.Context(), want.ID, "a9", epoch))(t).Course, want)
	for flavour, allowed := range map[string]bool{"small": true, "gpu": true, "large": true, "standard": false} {
		equal(t, want.Allows(flavour), allowed)
	}
	equal(t, b.last(), schema.AuditEntry{Actor: "operator", Channel: schema.ChannelAdmin, Action: "course.set", Course: "comp2402",
		Subject: "comp2402", Before: "standard", After: "small large gpu large"})
	check(t, b.SetFlavours(t.Context(), schema.Operator(), "comp2402", "standard", nil))
	equal(t, ok(b.Course(t.Context(), "comp2402"))(t), b.course)
}

func TestEnrolments(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	alice, tina := b.user("alice"), b.actor("tina", "SHA256:t")
	refused(t, b.Enrol(t.Context(), tina, b.course, alice, "boss"), schema.CodeInvalid, "boss")
	equal(t, ok(b.Role(t.Context(), b.course.ID, alice.ID))(t), schema.RoleStudent)
	check(t, b.Enrol(t.Context(), tina, b.course, alice, schema.RoleTA))
	equal(t, b.last(), schema.AuditEntry{Actor: "tina", Channel: schema.ChannelSSH, Action: "course.enrol", Course: "comp2402", Subject: "alice", Before: "student", After: "ta"})
	equal(t, ok(b.Role(t.Context(), b.course.ID, alice.ID))(t), schema.RoleTA)
	equal(t, ok(b.Role(t.Context(), b.course.ID, 99))(t), schema.Role(""))
	equal(t, ok(b.Enrolments(t.Context(), alice.ID))(t), []schema.Enrolment{{Course: b.course, User: alice, Role: schema.RoleTA}})
	equal(t, len(ok(b.Roster(t.Context(), b.course.ID))(t)), 4)
	check(t, b.Unenrol(t.Context(), tina, b.course, alice))
	equal(t, b.last(), schema.AuditEntry{Actor: "tina", Channel: schema.ChannelSSH, Action: "course.unenrol", Course: "comp2402", Subject: "alice", Before: "ta"})
	equal(t, ok(b.Role(t.Context(), b.course.ID, alice.ID))(t), schema.Role(""))
	refused(t, b.Unenrol(t.Context(), tina, b.course, alice), schema.CodeNotFound, "alice is not enrolled in comp2402")
}

func TestAuditLogFilters(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	other := b.addCourse("comp1000")
	check(t, b.Enrol(t.Context(), b.actor("ida", "k"), other, b.user("bob"), schema.RoleStudent))
	now := b.tick()
	check(t, b.Enrol(t.Context(), b.actor("ida", "k"), b.course, b.user("bob"), schema.RoleTA))
	for name, c := range map[string]struct {
		query schema.AuditQuery
		want  int
	}{
		"all":              {schema.AuditQuery{Limit: 100}, 13},
		"newest":           {schema.AuditQuery{Limit: 1}, 1},
		"course":           {schema.AuditQuery{Course: "comp1000", Limit: 100}, 2},
		"actor":            {schema.AuditQuery{Actor: "ida", Limit: 100}, 3},
		"course and actor": {schema.AuditQuery{Course: "comp1000", Actor: "ida", Limit: 100}, 1},
		"subject":          {schema.AuditQuery{Subject: "bob", Limit: 100}, 4},
		"action":           {schema.AuditQuery{Action: "course.enrol", Limit: 100}, 6},
		"kind of action":   {schema.AuditQuery{Action: "course", Limit: 100}, 8},
		"part of a word":   {schema.AuditQuery{Action: "cour", Limit: 100}, 0},
		"since":            {schema.AuditQuery{Since: now, Limit: 100}, 1},
		"nobody":           {schema.AuditQuery{Actor: "nobody", Limit: 100}, 0},
	} {
		got := ok(b.AuditLog(t.Context(), c.query))(t)
		if len(got) != c.want {
			t.Errorf("%s: %d entries, want %d", name, len(got), c.want)
		}
	}
}

func TestSessions(t *testing.T) {
	t.Parallel()
	b := open(t)
	save := func(token, data string, until time.Time) {
		t.Helper()
		check(t, b.SaveSession(t.Context(), schema.Session{Token: token, User: b.user("alice").ID, Data: []byte(data), Expires: until}))
	}
	_, found, err := b.FindSession(t.Context(), "t")
	equal(t, []any{found, err}, []any{false, nil})
	save("t", "one", epoch.Add(time.Hour))
	save("t", "two", epoch.Add(time.Hour))
	save("gone", "x", epoch.Add(time.Second))
	data, found, err := b.FindSession(t.Context(), "t")
	equal(t, []any{string(data.Data), found, err}, []any{"two", true, nil})
	b.pass(time.Minute)
	_, found, err = b.FindSession(t.Context(), "gone")
	equal(t, []any{found, err}, []any{false, nil})
	check(t, b.DeleteSession(t.Context(), "t"))
	check(t, b.DeleteSession(t.Context(), "t"))
	_, found, _ = b.FindSession(t.Context(), "t")
	equal(t, found, false)
}

// TestIdleSessionsEnd checks that a used session stays and an unused session ends.
func TestIdleSessionsEnd(t *testing.T) {
	t.Parallel()
	b := open(t)
	alice := b.user("alice")
	for _, token := range []string{"used", "idle"} {
		check(t, b.SaveSession(t.Context(), schema.Session{Token: token, ID: "id-" + token, User: alice.ID, Way: "University", Browser: "Firefox on Linux", Data: []byte("x"), Expires: epoch.Add(100 * time.Hour)}))
	}
	b.pass(11 * time.Hour)
	check(t, b.TouchSession(t.Context(), "used"))
	b.pass(time.Hour)
	for token, want := range map[string]bool{"used": true, "idle": false} {
		_, found, err := b.FindSession(t.Context(), token)
		equal(t, []any{found, err}, []any{want, nil})
	}
	all := ok(b.Sessions(t.Context(), alice.ID))(t)
	for i := range all {
		all[i].MadeAt, all[i].UsedAt = all[i].MadeAt.Truncate(time.Second), all[i].UsedAt.Truncate(time.Second)
	}
	equal(t, all, []schema.Session{{ID: "id-used", User: alice.ID, Way: "University", Browser: "Firefox on Linux", MadeAt: epoch, UsedAt: epoch.Add(11 * time.Hour), Expires: epoch.Add(100 * time.Hour)}})
	check(t, b.SaveSession(t.Context(), schema.Session{Token: "later", User: alice.ID, Data: []byte("x"), Expires: epoch.Add(100 * time.Hour)}))
	equal(t, ok(one(t.Context(), b.reader, value[int64], `SELECT count(*) FROM sessions`))(t), int64(2))
}

// TestSessionEndsForItsOwnerOnly tries to end another person's session.
func TestSessionEndsForItsOwnerOnly(t *testing.T) {
	t.Parallel()
	b := open(t)
	check(t, b.SaveSession(t.Context(), schema.Session{Token: "t", ID: "s1", User: b.user("alice").ID, Data: []byte("x"), Expires: epoch.Add(time.Hour)}))
	refused(t, b.EndSession(t.Context(), schema.Actor{User: b.user("bob")}, b.user("bob"), "s1"), schema.CodeNotFound)
	_, found, _ := b.FindSession(t.Context(), "t")
	equal(t, found, true)
	check(t, b.EndSession(t.Context(), schema.Actor{User: b.user("alice")}, b.user("alice"), "s1"))
	_, found, _ = b.FindSession(t.Context(), "t")
	equal(t, found, false)
}

// TestSignInFindsOneAccount signs in with a login and with an address.
func TestSignInFindsOneAccount(t *testing.T) {
	t.Parallel()
	b := open(t)
	add := func(login, email string) {
		t.Helper()
		ok(b.AddUser(t.Context(), schema.Operator(), schema.User{Login: login, Email: email}))(t)
	}
	add("carol", "Carol@Example.edu")
	add("dora", "shared@example.edu")
	add("dora2", "shared@example.edu")
	add("nomail", "")
	web := schema.Actor{Channel: schema.ChannelWeb}
	for _, name := range []schema.AccountName{{Login: "carol"}, {Email: "carol@example.edu"}} {
		equal(t, ok(b.SignIn(t.Context(), web, name, "University"))(t).Login, "carol")
	}
	for _, name := range []schema.AccountName{{Login: "nobody"}, {Email: "nobody@example.edu"}, {Email: "shared@example.edu"}, {}} {
		_, err := b.SignIn(t.Context(), web, name, "University")
		refused(t, err, schema.CodeRefused)
	}
	ok(b.SetDisabled(t.Context(), schema.Operator(), ok(b.UserByLogin(t.Context(), "carol"))(t), true))(t)
	_, err := b.SignIn(t.Context(), web, schema.AccountName{Login: "carol"}, "University")
	refused(t, err, schema.CodeRefused)
	log := ok(b.AuditLog(t.Context(), schema.AuditQuery{Action: "user.sign-in", Limit: 10}))(t)
	equal(t, len(log), 2)
	equal(t, []string{log[0].Actor, string(log[0].Channel), log[0].Subject, log[0].Detail}, []string{"carol", "web", "carol", "University"})
}

func TestKeyLimit(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	alice := b.user("alice")
	for i := range maxKeys {
		check(t, b.addKey("alice", key(alice, fmt.Sprint("k", i))))
	}
	refused(t, b.addKey("alice", key(alice, "one more")), schema.CodeLimit, "alice has 100 keys", "remove some first")
	ok(b.removeKey("alice", key(alice, "k0").Fingerprint))(t)
	check(t, b.addKey("alice", key(alice, "one more")))
}
