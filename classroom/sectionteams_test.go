package classroom_test

import (
	"slices"
	"testing"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/schema"
)

const inTeams = "title: T\ndue: 2026-09-20 12:00\nteam: {max: 2, formed_by: staff}\ntests:\n  - {name: greets, run: ./hello}\n"

// TestSectionsRestrictTAsToTeamsOfAnAssignment has a team blue in two assignments. The one in t1 is alice's, who is in
// tina's section, and the one in t2 is bob's, who is in another one.
func TestSectionsRestrictTAsToTeamsOfAnAssignment(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	for name, login := range map[string]string{"t1": "alice", "t2": "bob"} {
		b.assignment(name, inTeams)
		_, err := b.Teams.Create(t.Context(), b.actors["ida"], classroom.TeamArgs{Course: "comp1", Assignment: name, Team: "blue", Logins: []string{login}})
		check(t, err)
		b.actors["blue"] = b.actors[login] // this member pushes for the team
		b.pushTo(name, "blue")
		b.grade(scored(5))
	}
	b.place("alice,L1,", "bob,L2,", "tina,L1,ta")
	b.configure("sections: {L1: {}, L2: {}}\nta: {extensions: true, sections: own}\n")
	tina, ctx := b.actors["tina"], t.Context()
	actions := map[string]func(assignment string) error{
		"see": func(assignment string) error {
			_, err := b.Work.Submission(ctx, tina, schema.SubmissionName{Course: "comp1", Assignment: assignment, Owner: "blue", Number: 1})
			return err
		},
		"list": func(assignment string) error {
			_, err := b.Work.Submissions(ctx, tina, classroom.SubmissionPage{Assignment: "comp1/" + assignment, Login: "blue"})
			return err
		},
		"list tries": func(assignment string) error {
			_, err := b.Work.Tries(ctx, tina, classroom.TryQuery{Course: "comp1", Assignment: assignment, Owner: "blue"})
			return err
		},
		"rerun": func(assignment string) error {
			seen, err := b.Work.Submission(ctx, b.actors["ida"], schema.SubmissionName{Course: "comp1", Assignment: assignment, Owner: "blue", Number: 1})
			check(t, err)
			_, err = b.Work.Rerun(ctx, tina, seen.Submission.ID)
			return err
		},
		"comment": func(assignment string) error {
			_, err := b.Comments.Add(ctx, tina, classroom.NewComment{Submission: schema.SubmissionName{Course: "comp1", Assignment: assignment, Owner: "blue", Number: 1}, Text: "neat"})
			return err
		},
		"adjust": func(assignment string) error {
			_, err := b.Grades.Adjust(ctx, tina, "comp1", assignment, "blue", "+1", "neat")
			return err
		},
		"extend": func(assignment string) error {
			_, err := b.Grades.Extend(ctx, tina, classroom.NewExtension{Course: "comp1", Assignment: assignment, Owner: "blue", Days: 1})
			return err
		},
	}
	for name, do := range actions {
		if err := do("t1"); err != nil {
			t.Errorf("%s in t1: %v", name, err)
		}
		if err := do("t2"); schema.CodeOf(err) != schema.CodeForbidden {
			t.Errorf("%s in t2: %v", name, err)
		}
	}
	for assignment, want := range map[string]int{"t1": 1, "t2": 0} {
		subs, err := b.Work.Submissions(ctx, tina, classroom.SubmissionPage{Assignment: "comp1/" + assignment})
		check(t, err)
		_, err = b.Grades.Extend(ctx, b.actors["ida"], classroom.NewExtension{Course: "comp1", Assignment: assignment, Owner: "blue", Days: 2})
		check(t, err)
		extensions, err := b.Grades.Extensions(ctx, tina, "comp1", assignment)
		check(t, err)
		if len(subs) != want || (len(extensions) > 0) != (want > 0) {
			t.Errorf("%s: %d submissions and %d extensions", assignment, len(subs), len(extensions))
		}
	}
	for _, owner := range []string{"", "blue"} {
		grades, err := b.Grades.List(ctx, tina, "comp1", owner)
		check(t, err)
		var of []string
		for _, g := range grades {
			of = append(of, g.Assignment+"/"+g.Owner)
		}
		if !slices.Equal(of, []string{"t1/blue"}) {
			t.Errorf("grades of %q: %q", owner, of)
		}
	}
}

// TestSubmissionsOfATeam lists the submissions of a team by its name.
func TestSubmissionsOfATeam(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.assignment("t1", inTeams)
	_, err := b.Teams.Create(t.Context(), b.actors["ida"], classroom.TeamArgs{Course: "comp1", Assignment: "t1", Team: "blue", Logins: []string{"alice"}})
	check(t, err)
	b.actors["blue"] = b.actors["alice"]
	b.pushTo("t1", "blue")
	b.pushTo("t1", "blue")
	b.pushTo("t1", "bob")
	for _, c := range []struct {
		login      string
		page       classroom.SubmissionPage
		want       []string
		code, says string
	}{
		{login: "ida", page: classroom.SubmissionPage{Assignment: "comp1/t1", Login: "blue"}, want: []string{"comp1/t1/blue/1", "comp1/t1/blue/2"}},
		{login: "tina", page: classroom.SubmissionPage{Assignment: "comp1/t1", Login: "blue", After: "comp1/t1/blue/1"}, want: []string{"comp1/t1/blue/2"}},
		{login: "alice", page: classroom.SubmissionPage{Assignment: "comp1/t1", Login: "blue", Limit: 1}, want: []string{"comp1/t1/blue/1"}},
		{login: "alice", page: classroom.SubmissionPage{Assignment: "comp1/t1", Login: "alice"}},
		{login: "bob", page: classroom.SubmissionPage{Assignment: "comp1/t1", Login: "bob"}, want: []string{"comp1/t1/bob/1"}},
		{login: "ida", page: classroom.SubmissionPage{Assignment: "comp1/a1", Login: "blue"}, code: "not-found", says: `there is no account "blue"`},
		{login: "bob", page: classroom.SubmissionPage{Assignment: "comp1/t1", Login: "blue"}, code: "forbidden", says: "only the staff of comp1 list the submissions of others"},
		{login: "alice", page: classroom.SubmissionPage{Assignment: "comp1/t1", Login: "bob"}, code: "forbidden", says: "only the staff of comp1 list the submissions of others"},
	} {
		all, err := b.Work.Submissions(t.Context(), b.actors[c.login], c.page)
		if c.says != "" {
			refused(t, err, schema.Code(c.code), c.says)
			continue
		}
		check(t, err)
		var names []string
		for _, s := range all {
			names = append(names, s.Name)
		}
		if !slices.Equal(names, c.want) {
			t.Errorf("%s lists %+v: %q, want %q", c.login, c.page, names, c.want)
		}
	}
}
