package classroom_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/schema"
)

const closing = `title: A1
due: 2026-09-20 12:00
tests:
  - {name: greets, run: ./hello, stdout: "hi\n", points: 2}
`

// TestTriesOfAPerson exports a person's tries without hidden points, and then erases the person.
func TestTriesOfAPerson(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.assignment("a1", closing+"  - {name: secret, run: ./hello, points: 3, visible: after_due}\n")
	a, err := b.store.Assignment(t.Context(), "comp1", "a1")
	check(t, err)
	result := graded(5, schema.OutcomePassed)
	result.MaxScore = schema.NewPoints(5, 1)
	result.Tests[0].Visible, result.Tests[0].Score = schema.VisibleAlways, schema.NewPoints(2, 1)
	result.Tests = append(result.Tests, schema.TestResult{Name: "secret", Test: "secret", Visible: schema.VisibleAfterDue, Outcome: schema.OutcomePassed,
		Score: schema.NewPoints(3, 1), MaxScore: schema.NewPoints(3, 1)})
	for range 2 {
		_, err = b.store.RecordTry(t.Context(), schema.Push{Intent: b.intent(a, schema.RepositoryOwn, "alice"), Tree: strings.Repeat("5", 40), VersionID: a.Active.ID, Flavour: "standard"})
		check(t, err)
	}
	b.grade(result) // grades the newer push
	person, err := b.Erasures.Export(t.Context(), schema.Operator(), "alice")
	check(t, err)
	tries := person.Courses[0].Tries
	if len(tries) != 2 || tries[0].Number != 2 || tries[0].Assignment != "a1" || tries[0].Score != "2" || tries[0].Max != "2" || tries[0].ReceivedAt.IsZero() || len(tries[0].Commit) != 40 || tries[1].Score != "" {
		t.Errorf("tries %+v", tries)
	}
	if other, err := b.Erasures.Export(t.Context(), schema.Operator(), "bob"); err != nil || len(other.Courses[0].Tries) != 0 {
		t.Errorf("bob's export %+v, %v", other.Courses, err)
	}
	_, err = b.Erasures.Erase(t.Context(), b.actors["root"], "alice", true)
	refused(t, err, schema.CodeRefused, "1 submissions of alice are being graded")
	b.grade(graded(1, schema.OutcomePassed))
	done, err := b.Erasures.Erase(t.Context(), b.actors["root"], "alice", true)
	check(t, err)
	if left, err := b.store.Tries(t.Context(), a.ID, "alice", 10); err != nil || len(left) != 0 {
		t.Errorf("tries of alice %+v, %v", left, err)
	}
	if left, err := b.store.Tries(t.Context(), a.ID, done.Alias, 10); err != nil || len(left) != 2 {
		t.Errorf("tries of %s %+v, %v", done.Alias, left, err)
	}
}

// TestExportOfTeamWork exports a person's pushes for teams, including a team that they left. The
// export does not contain pushes by other members.
func TestExportOfTeamWork(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	ctx := t.Context()
	a := b.assignment("lab", "title: T\nteam: {max: 2, formed_by: staff}\ntests:\n  - {name: greets, run: ./hello}\n")
	team := classroom.TeamArgs{Course: "comp1", Assignment: "lab", Team: "blue", Logins: []string{"alice", "bob"}}
	_, err := b.Teams.Create(ctx, b.actors["ida"], team)
	check(t, err)
	push := func(login string) schema.Push {
		b.actors["blue"] = b.actors[login] // the actor of pushes to the repository of blue
		in := b.intent(a, schema.RepositoryOwn, "blue")
		return schema.Push{Intent: in, Tree: strings.Repeat("5", 40), VersionID: a.Active.ID, Flavour: "standard"}
	}
	for _, login := range []string{"alice", "bob"} {
		sub, err := b.store.RecordSubmission(ctx, push(login))
		check(t, err)
		b.grade(graded(1, schema.OutcomePassed))
		check(t, b.comment(sub, "well done, "+login))
		_, err = b.store.RecordTry(ctx, push(login))
		check(t, err)
		b.grade(graded(1, schema.OutcomePassed))
	}
	team.Logins = []string{"bob"}
	_, err = b.Teams.Remove(ctx, b.actors["ida"], team)
	check(t, err)
	for login, grade := range map[string]string{"alice": "blue", "bob": ""} {
		person, err := b.Erasures.Export(ctx, schema.Operator(), login)
		check(t, err)
		part := person.Courses[0]
		if len(part.Submissions) != 1 || part.Submissions[0].Owner != "blue" || part.Submissions[0].Login != login {
			t.Errorf("%s: submissions %+v", login, part.Submissions)
		}
		if len(part.Tries) != 1 || part.Tries[0].Team != "blue" {
			t.Errorf("%s: tries %+v", login, part.Tries)
		}
		if len(part.Comments) != 1 || part.Comments[0].Text != "well done, "+login {
			t.Errorf("%s: comments %+v", login, part.Comments)
		}
		if len(part.Grades) != 1 || part.Grades[0].Team != grade {
			t.Errorf("%s: grades %+v", login, part.Grades)
		}
	}
}

// TestExportOfAccount checks that an export contains the expiry of keys and the accounts at
// GitHub.
func TestExportOfAccount(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	ctx := t.Context()
	_, err := b.Accounts.AddKeys(ctx, schema.Operator(), "alice", publicKey(t, "lab"))
	check(t, err)
	_, err = b.Accounts.ExpireKey(ctx, b.actors["alice"], "", fingerprint(t, "lab"), "2026-12-31")
	check(t, err)
	b.link("alice", 7)
	b.link("bob", 8)
	person, err := b.Erasures.Export(ctx, schema.Operator(), "alice")
	check(t, err)
	if diff := cmp.Diff([]classroom.PersonGitHub{{Host: gitHubHost, ID: 7, Login: "alice-gh"}}, person.GitHub); diff != "" {
		t.Error(diff)
	}
	if len(person.Keys) != 2 || !person.Keys[0].ExpiresAt.IsZero() || !person.Keys[1].ExpiresAt.Equal(time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("keys %+v", person.Keys)
	}
}

// comment adds a comment by the instructor to a submission.
func (b *bundle) comment(sub schema.GradedSubmission, text string) error {
	_, err := b.store.AddComment(b.t.Context(), b.actors["ida"], sub.Submission, schema.Comment{Text: text})
	return err
}

// TestEraseAPerson erases a student while the student can still hand in work, and after that.
func TestEraseAPerson(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.assignment("a1", closing)
	b.push("alice")
	b.grade(graded(2, schema.OutcomePassed))
	for _, login := range []string{"alice", "tina", "ida"} {
		_, err := b.Erasures.Erase(t.Context(), b.actors[login], "alice", true)
		refused(t, err, schema.CodeForbidden)
		_, err = b.Erasures.Export(t.Context(), b.actors[login], "alice")
		refused(t, err, schema.CodeForbidden)
	}
	_, err := b.Erasures.Erase(t.Context(), b.actors["root"], "alice", false)
	refused(t, err, schema.CodeRefused, "alice is in comp1, where a1 is still open; wait until it has ended, or erase with --force")
	_, err = b.Erasures.Erase(t.Context(), b.actors["root"], "root", true)
	refused(t, err, schema.CodeRefused, "root is your own account")
	_, err = b.Erasures.Erase(t.Context(), b.actors["root"], "nobody", true)
	refused(t, err, schema.CodeNotFound, `there is no account "nobody"`)

	b.pass(7 * 24 * time.Hour)
	person, err := b.Erasures.Export(t.Context(), schema.Operator(), "alice")
	check(t, err)
	if len(person.Keys) != 1 || len(person.Courses) != 1 || len(person.Courses[0].Submissions) != 1 || len(person.Courses[0].Grades) != 1 || person.Courses[0].Grades[0].Final != "2" || len(person.Audit) == 0 {
		t.Errorf("%+v", person)
	}
	b.revoked = nil
	done, err := b.Erasures.Erase(t.Context(), b.actors["root"], "alice", false)
	check(t, err)
	if !strings.HasPrefix(done.Alias, "erased-") || len(done.Repositories) != 1 {
		t.Errorf("%+v", done)
	}
	if len(b.revoked) != 1 || b.revoked[0].User != b.actors["alice"].User.ID {
		t.Errorf("revoked %+v", b.revoked)
	}
	grades, err := b.Grades.List(t.Context(), schema.Operator(), "comp1", "")
	check(t, err)
	if len(grades) != 1 || grades[0].Owner != done.Alias {
		t.Errorf("grades %+v", grades)
	}
	if _, err = b.Erasures.Erase(t.Context(), b.actors["root"], "bob", true); err != nil {
		t.Error(err)
	}
}
