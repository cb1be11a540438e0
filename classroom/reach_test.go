package classroom_test

import (
	"context"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/schema"
)

// toldAbout returns the people whose sessions in comp1 a change ends, by login.
func (b *bundle) toldAbout(change func() error) (logins []string) {
	b.t.Helper()
	b.revoked = nil
	check(b.t, change())
	for _, r := range b.revoked {
		for login, by := range b.actors {
			if by.User.ID == r.User {
				logins = append(logins, login)
			}
		}
		if r.Course != b.course.ID || r.Session != "" || r.Token != 0 || r.Key != "" || r.Work != "" || r.Why != "your permissions in comp1 have changed" {
			b.t.Errorf("revoked %+v", r)
		}
	}
	slices.Sort(logins)
	return logins
}

// TestStaffWhoSeeLess changes roles, sections and course.yaml in every way. Exactly the staff who then see less are
// told about.
func TestStaffWhoSeeLess(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.person("tom", schema.RoleTA)
	enrol := func(login string, role schema.Role) func() error {
		return func() error { return b.Courses.Enrol(t.Context(), b.actors["ida"], "comp1", login, role) }
	}
	enrolIn := func(login string, role schema.Role, section string) func() error {
		return func() error {
			return b.Courses.EnrolIn(t.Context(), b.actors["ida"], "comp1", login, role, section)
		}
	}
	place := func(dry, drop bool, rows string) func() error {
		return func() error {
			_, err := b.People.Import(t.Context(), schema.Operator(), classroom.ImportRequest{Course: "comp1", Data: []byte("login,section,role\n" + rows), DryRun: dry, DropMissing: drop})
			return err
		}
	}
	configure := func(source string) func() error {
		return func() error { b.configure(source); return nil }
	}
	for _, c := range []struct {
		what   string
		change func() error
		want   []string
	}{
		{"same role", enrol("tina", schema.RoleTA), nil},
		{"instructor", enrol("tina", schema.RoleInstructor), nil},
		{"TA again", enrol("tina", schema.RoleTA), []string{"tina"}},
		{"student", enrol("tina", schema.RoleStudent), []string{"tina"}},
		{"TA", enrol("tina", schema.RoleTA), nil},
		{"sections that restrict nobody", place(false, false, "alice,L1,\nbob,L2,\ntina,L1,ta\ntom,L2,ta\n"), nil},
		{"TAs see their sections", configure("sections: {L1: {}, L2: {}}\nta: {sections: own}\n"), []string{"tina", "tom"}},
		{"the same file", configure("sections: {L1: {}, L2: {}}\nta: {sections: own}\n"), nil},
		{"TA to another section", enrolIn("tina", schema.RoleTA, "L2"), []string{"tina"}},
		{"a student leaves a section", enrolIn("bob", schema.RoleStudent, "L1"), []string{"tina", "tom"}},
		{"a student comes back", enrolIn("bob", schema.RoleStudent, "L2"), nil},
		{"a roster that is only tried", place(true, false, "tom,L1,ta\n"), nil},
		{"a roster that moves a TA", place(false, false, "tom,L1,ta\n"), []string{"tom"}},
		{"a roster that demotes a TA", place(false, false, "tom,L1,student\n"), []string{"tom"}},
		{"TAs see everybody", configure("sections: {L1: {}, L2: {}}\n"), nil},
	} {
		if diff := cmp.Diff(c.want, b.toldAbout(c.change)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.what, diff)
		}
	}
}

// TestTAsWhoNoLongerSeeTeam changes teams and enrolments of a course whose TAs see their sections. A TA sees a team
// through any member in their section. Exactly the TAs of whom no member is left must be told.
func TestTAsWhoNoLongerSeeTeam(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.person("tom", schema.RoleTA)
	b.person("cleo", schema.RoleStudent)
	b.place("alice,L1,", "bob,L2,", "cleo,L1,", "tina,L1,ta", "tom,L2,ta")
	b.configure("sections: {L1: {}, L2: {}}\nta: {sections: own}\n")
	b.assignment("lab", "title: L\nteam: {max: 3, formed_by: students}\ntests:\n  - {name: greets, run: ./hello}\n")
	team := func(team string, logins ...string) classroom.TeamArgs {
		return classroom.TeamArgs{Course: "comp1", Assignment: "lab", Team: team, Logins: logins}
	}
	act := func(by string, do func(context.Context, schema.Actor, classroom.TeamArgs) (classroom.TeamReply, error), a classroom.TeamArgs) func() error {
		return func() error {
			_, err := do(t.Context(), b.actors[by], a)
			return err
		}
	}
	teamFile := func(dry bool, rows string) func() error {
		return func() error {
			_, err := b.Teams.Import(t.Context(), b.actors["ida"], classroom.ImportTeams{Course: "comp1", Assignment: "lab", Data: []byte("team,login\n" + rows), DryRun: dry})
			return err
		}
	}
	for _, c := range []struct {
		what   string
		change func() error
		want   []string
	}{
		{"a team of two sections", act("ida", b.Teams.Create, team("blue", "alice", "bob", "cleo")), nil},
		{"one of two in the section leaves", act("cleo", b.Teams.Leave, team("")), nil},
		{"the last in the section leaves", act("alice", b.Teams.Leave, team("")), []string{"tina"}},
		{"a member is added", act("ida", b.Teams.Add, team("blue", "alice")), nil},
		{"an instructor removes a member", act("ida", b.Teams.Remove, team("blue", "bob")), []string{"tom"}},
		{"a file that is only tried", teamFile(true, "blue,bob\n"), nil},
		{"a file", teamFile(false, "blue,bob\n"), nil},
		{"a member's enrolment ends", func() error { return b.Courses.Unenrol(t.Context(), b.actors["ida"], "comp1", "bob") }, []string{"tom"}},
		{"a team is deleted", act("ida", b.Teams.Delete, team("blue")), []string{"tina"}},
	} {
		b.revoked = nil
		if err := c.change(); err != nil {
			t.Fatalf("%s: %v", c.what, err)
		}
		var told []string
		for _, r := range b.revoked {
			for _, login := range []string{"ida", "tina", "tom"} {
				if r.User == b.actors[login].User.ID && r.Course == b.course.ID && r.Work == "" {
					told = append(told, login)
				}
			}
		}
		slices.Sort(told)
		if diff := cmp.Diff(c.want, told); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.what, diff)
		}
	}
}
