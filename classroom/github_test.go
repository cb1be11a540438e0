package classroom_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/schema"
)

// gitHubHost is the GitHub of the tests.
const gitHubHost = "https://github.com"

// link gives a person the GitHub account LOGIN-gh.
func (b *bundle) link(login string, id int64) {
	b.t.Helper()
	check(b.t, b.GitHub.Link(b.t.Context(), schema.Operator(), login, schema.GitHubAccount{Host: gitHubHost, ID: id, Login: login + "-gh"}))
}

// An attempt to push that a crash interrupted is recognised by the time of receipt, which the
// store keeps to the microsecond and the clock gives to the nanosecond.
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
