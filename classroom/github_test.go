package classroom_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// gitHubHost is the GitHub host of the tests.
const gitHubHost = "https://github.com"

// link links the GitHub account LOGIN-gh to a person.
func (b *bundle) link(login string, id int64) {
	b.t.Helper()
	check(b.t, b.GitHub.Link(b.t.Context(), schema.Operator(), login, schema.GitHubAccount{Host: gitHubHost, ID: id, Login: login + "-gh"}))
}

// The audit log contains the old and the new accounts of a person, also of a person who loses
// one.
func TestLinkIsAudited(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.link("alice", 1)
	b.link("alice", 1) // already linked
	check(t, b.GitHub.Link(t.Context(), schema.Operator(), "alice", schema.GitHubAccount{Host: gitHubHost, ID: 2, Login: "alice-work"}))
	check(t, b.GitHub.Link(t.Context(), schema.Operator(), "bob", schema.GitHubAccount{Host: gitHubHost, ID: 1, Login: "alice-gh"}))
	log, err := b.Audit.Log(t.Context(), schema.Operator(), schema.AuditQuery{Action: "user.link-github", Limit: 10})
	check(t, err)
	var got []string
	for _, e := range log {
		got = append(got, e.Actor+": "+e.Subject+" "+e.Before+" -> "+e.After)
	}
	want := []string{"operator: bob  -> alice-gh", "operator: alice alice-gh alice-work -> alice-work", "operator: alice alice-gh -> alice-gh alice-work", "operator: alice  -> alice-gh"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("audit (-want +got):\n%s", diff)
	}
	refused(t, b.GitHub.Link(t.Context(), b.actors["ida"], "bob", schema.GitHubAccount{Host: gitHubHost, ID: 3, Login: "x"}), schema.CodeForbidden)
}

// TestUnlinkedAccount checks the refusal of a push by an account that nobody here has. It must be
// short, because the status of a commit has room for 140 characters.
func TestUnlinkedAccount(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	const login = "ada-lovelace-of-the-analytical-engine-1" // GitHub allows 39 characters
	_, err := b.GitHub.Target(t.Context(), gitHubHost, "a1-ada", schema.GitHubPush{SenderID: 9, Sender: login}, course.GitHubNames{Course: "comp1"})
	refused(t, err, schema.CodeRefused, "GitHub account "+login+" is not linked")
	if got := schema.MessageOf(err); got != "GitHub account "+login+" is not linked" {
		t.Errorf("the refusal is %q", got)
	}
}

// A push attempt that a crash interrupted is recognised by its time of receipt. The store
// keeps microseconds, and the clock returns nanoseconds.
func TestBecameSinceReceipt(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	sub := b.push("alice")
	a1, err := b.store.Assignment(t.Context(), "comp1", "a1")
	check(t, err)
	work, tests := classroom.GitHubTarget{Path: "comp1/a1", Assignment: a1.ID, Owner: "alice"}, classroom.GitHubTarget{Path: "comp1/a1/tests", Assignment: a1.ID}
	for name, c := range map[string]struct {
		target classroom.GitHubTarget
		commit string
		stored time.Time
		want   schema.GitHubStatus
	}{
		"a submission":       {work, sub.Commit, sub.ReceivedAt, schema.GitHubStatus{Submission: sub.Name}},
		"a version of tests": {tests, a1.Active.Commit, a1.Active.ReceivedAt, schema.GitHubStatus{Tests: "comp1/a1"}},
	} {
		commit := schema.GitHubCommit{Repository: "comp1-f26/a1-alice-gh", RepositoryID: 1, Commit: c.commit}
		c.want.GitHubCommit = commit
		for _, since := range []time.Duration{0, 1, 999} {
			got, err := b.GitHub.Became(t.Context(), commit, c.target, c.stored.Add(since*time.Nanosecond))
			if diff := cmp.Diff(c.want, got); err != nil || diff != "" {
				t.Errorf("%s, received %d ns after the stored time: %v\n%s", name, since, err, diff)
			}
		}
		_, err := b.GitHub.Became(t.Context(), commit, c.target, c.stored.Add(time.Microsecond))
		refused(t, err, schema.CodeNotFound, "the commit was not pushed since then")
	}
}

// A commit's status shows the part of the grade that its owner sees. An adjustment, a regrade
// and a new counting submission change it.
func TestStatusFollowsGrade(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	ctx := t.Context()
	a1, err := b.store.Assignment(ctx, "comp1", "a1")
	check(t, err)
	b.announce(schema.GitHubPush{GitHubCommit: schema.GitHubCommit{RepositoryID: 1}, Delivery: "private"})
	var commits []schema.GitHubStatus
	push := func(points int64) {
		sub := b.push("alice")
		s := schema.GitHubStatus{GitHubCommit: schema.GitHubCommit{Repository: "comp1-f26/a1-alice-gh", RepositoryID: 1, Commit: sub.Commit}, Submission: sub.Name}
		check(t, b.store.AddGitHubCommit(ctx, s.GitHubCommit, a1.ID, "alice"))
		commits = append(commits, s)
		b.grade(graded(points, schema.OutcomePassed))
	}
	says := func(when string, want ...string) {
		t.Helper()
		var got []string
		for _, s := range commits {
			is, err := b.GitHub.Status(ctx, s)
			check(t, err)
			got = append(got, is.Description)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", when, diff)
		}
		waiting, err := b.store.Outbox(ctx, 10)
		check(t, err)
		if len(waiting) != len(commits) {
			t.Errorf("%s: %d statuses are to be written, want %d", when, len(waiting), len(commits))
		}
		for _, e := range waiting {
			check(t, b.store.Delivered(ctx, e))
		}
	}
	push(1)
	says("graded", "submission 1: 1 of 2 points, 0 of 0 tests passed")
	_, err = b.Grades.Adjust(ctx, b.actors["ida"], "comp1", "a1", "alice", "0.5", "ill")
	check(t, err)
	says("adjusted", "submission 1: 1 of 2 points, 0 of 0 tests passed, 0.5 added by staff: final 1.5")
	push(2)
	says("a better one", "submission 1: 1 of 2 points, 0 of 0 tests passed", "submission 2: 2 of 2 points, 0 of 0 tests passed, 0.5 added by staff: final 2.5")
}

// announce receives a push that GitHub announced, and removes it from the outbox.
func (b *bundle) announce(p schema.GitHubPush) {
	b.t.Helper()
	ctx := b.t.Context()
	p.ReceivedAt = b.now()
	_, err := b.store.ReceiveGitHubPush(ctx, p)
	check(b.t, err)
	e, _, err := b.store.TakeOutgoing(ctx, schema.OutgoingGitHubPush, nil, b.now())
	check(b.t, err)
	check(b.t, b.store.Delivered(ctx, e))
}

// TestStatusAfterMadePublic checks that a status reveals no grade if the repository became public
// after the status was enqueued, even by a push that is not accepted.
func TestStatusAfterMadePublic(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	ctx := t.Context()
	sub := b.push("alice")
	b.grade(graded(1, schema.OutcomePassed))
	is := schema.GitHubCommit{Repository: "comp1-f26/a1-alice-gh", RepositoryID: 1, Commit: sub.Commit}
	all := []schema.GitHubStatus{{GitHubCommit: is, Submission: sub.Name}, {GitHubCommit: is, Refused: "the grade so far is 1.5"}}
	says := func(when string, want ...string) {
		t.Helper()
		for i, s := range all {
			got, err := b.GitHub.Status(ctx, s)
			check(t, err)
			if got.Description != want[i] {
				t.Errorf("%s: %q, want %q", when, got.Description, want[i])
			}
		}
	}
	graded, refused := "submission 1: graded; sign in to see the result", "not handed in: the reason is not shown in a public repository; push to the course's server to read it, or ask the course staff"
	says("unknown", graded, refused)
	b.announce(schema.GitHubPush{GitHubCommit: is, Delivery: "1", PushedAt: b.now()})
	says("private", "submission 1: 1 of 2 points, 0 of 0 tests passed", "not handed in: the grade so far is 1.5")
	open := is
	open.Public = true
	b.announce(schema.GitHubPush{GitHubCommit: open, Delivery: "2", PushedAt: b.now().Add(2 * time.Second)})
	says("made public", graded, refused)
	b.announce(schema.GitHubPush{GitHubCommit: is, Delivery: "3", PushedAt: b.now().Add(time.Second)})
	says("a late private push", graded, refused)
}
