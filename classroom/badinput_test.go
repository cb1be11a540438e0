package classroom_test

import (
	"testing"
	"time"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/schema"
)

// TestBadInputIsNamed calls actions with invalid input. Each error names the mistake, and nothing changes.
func TestBadInputIsNamed(t *testing.T) {
	t.Parallel()
	const due = "title: L\ndue: 2026-09-20 12:00\nteam: {max: 2, formed_by: students}\ntests:\n  - {name: greets, run: ./hello}\n"
	team := func(do func(*classroom.Teams) func(b *bundle, a classroom.TeamArgs) error, name string) func(*bundle) error {
		return func(b *bundle) error {
			return do(b.Teams)(b, classroom.TeamArgs{Course: "comp1", Assignment: "late", Team: name})
		}
	}
	create := func(s *classroom.Teams) func(*bundle, classroom.TeamArgs) error {
		return func(b *bundle, a classroom.TeamArgs) error {
			_, err := s.Create(t.Context(), b.actors["ida"], a)
			return err
		}
	}
	extend := func(n classroom.NewExtension) func(*bundle) error {
		return func(b *bundle) error {
			n.Course, n.Assignment, n.Owner = "comp1", "late", "alice"
			_, err := b.Grades.Extend(t.Context(), b.actors["ida"], n)
			return err
		}
	}
	for name, c := range map[string]struct {
		do   func(*bundle) error
		code schema.Code
		says string
	}{
		"an extension to a time before the due time": {extend(classroom.NewExtension{Due: "2026-09-19 12:00"}), schema.CodeInvalid,
			"that is not later than the due time of comp1/late, 2026-09-20 12:00; it would change nothing"},
		"an extension to the due time": {extend(classroom.NewExtension{Due: "2026-09-20 12:00"}), schema.CodeInvalid, "it would change nothing"},
		"an extension that ends before its own due time": {extend(classroom.NewExtension{Due: "2026-09-25 12:00", Until: "2026-09-24 12:00"}), schema.CodeInvalid,
			"until 2026-09-24 12:00 is before the new due time, 2026-09-25 12:00"},
		"an extension to no time": {extend(classroom.NewExtension{Due: "2026-02-30 12:00"}), schema.CodeInvalid, "2026-02-30"},
		"a team named as a student": {team(create, "bob"), schema.CodeConflict,
			"bob is somebody's login, and teams and logins share their names; choose another name for the team, such as team-bob"},
		"a team named as staff": {team(create, "tina"), schema.CodeConflict, "tina is somebody's login"},
		"a key that is active elsewhere": {func(b *bundle) error {
			_, err := b.Accounts.AddKeys(t.Context(), schema.Operator(), "alice", publicKey(t, "bob"))
			return err
		}, schema.CodeConflict, "the key " + fingerprint(t, "bob") + " is there already"},
		"somebody else's key, with a code": {func(b *bundle) error {
			code, err := b.Accounts.NewCode(t.Context(), schema.Operator(), "alice", "")
			check(t, err)
			_, err = b.Accounts.Join(t.Context(), schema.Actor{Channel: schema.ChannelSSH}, code.Code, publicKey(t, "bob"))
			return err
		}, schema.CodeRefused, "the key " + fingerprint(t, "bob") + " belongs to another account; offer another key"},
		"a private key": {func(b *bundle) error {
			_, err := b.Accounts.OfferKey(t.Context(), b.actors["alice"], openSSH(t, "laptop", ""))
			return err
		}, schema.CodeInvalid, "this is a private key: it stays with you, and nobody else may have it."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBundle(t)
			b.assignment("late", due)
			refused(t, c.do(b), c.code, c.says)
			all, err := b.Grades.Extensions(t.Context(), b.actors["ida"], "comp1", "late")
			if check(t, err); len(all) != 0 {
				t.Errorf("extensions %+v", all)
			}
			for login, want := range map[string]string{"alice": b.actors["alice"].Key, "bob": b.actors["bob"].Key} {
				keys, err := b.Accounts.Keys(t.Context(), schema.Operator(), login)
				if check(t, err); len(keys) != 1 || keys[0].Fingerprint != want {
					t.Errorf("keys of %s: %+v", login, keys)
				}
			}
			if user, err := b.store.UserByKey(t.Context(), fingerprint(t, "bob")); err != nil || user.Login != "bob" {
				t.Errorf("bob's key is %q's, %v", user.Login, err)
			}
		})
	}
}

// TestClockBehindReceipts sets the clock back between two pushes. The lateness of each push
// depends on the server's clock at its receipt. A push received after the end stays after the
// end.
func TestClockBehindReceipts(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.assignment("late", "title: L\ndue: 2026-09-14 09:30\ntests:\n  - {name: greets, run: ./hello}\n")
	b.pass(40 * time.Minute) // after the end
	if sub := b.pushTo("late", "alice"); !sub.Kept {
		t.Errorf("%+v, want kept: it came after the end", sub)
	}
	b.pass(-20 * time.Minute)
	first := b.pushTo("late", "bob")
	b.grade(scored(3))
	if first.Kept {
		t.Errorf("%+v, want graded: by the server's clock it is before the end", first)
	}
	g := b.final("late", "bob")
	if g.Number != 1 || g.Final.String() != "3" || g.State != schema.TimelinessOnTime {
		t.Errorf("bob: %+v", g)
	}
	if g := b.final("late", "alice"); g.Number != 0 {
		t.Errorf("alice: %+v, want no grade: what was received late stays late", g)
	}
}
