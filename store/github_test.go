package store

import (
	"fmt"
	"testing"
	"time"

	"github.com/grader/grader/schema"
)

// announce stores an announced push to a repository.
func (b *bundle) announce(repository int64, n int, pushed time.Time) schema.GitHubPush {
	b.t.Helper()
	p := schema.GitHubPush{GitHubCommit: schema.GitHubCommit{Repository: "o/a1-ada", RepositoryID: repository, Commit: fmt.Sprintf("%040x", n)}, Delivery: fmt.Sprintf("delivery-%d", n), SenderID: 1, ReceivedAt: b.tick(), PushedAt: pushed}
	ok(b.ReceiveGitHubPush(b.t.Context(), p))(b.t)
	return p
}

// take begins the next attempt to deliver an announced push.
func (b *bundle) take() schema.OutboxEntry {
	b.t.Helper()
	e, _, err := b.TakeOutgoing(b.t.Context(), schema.OutgoingGitHubPush, nil, b.tick())
	check(b.t, err)
	return e
}

// A push whose announcement comes late is known to be overtaken once the later one was dealt
// with, and not while that one waits behind it.
func TestLaterGitHubPush(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	at := epoch.Add(time.Minute)
	second := b.announce(99, 2, at.Add(time.Second))
	third := b.announce(99, 3, at.Add(2*time.Second))
	other := b.announce(7, 4, at)
	unknown := b.announce(99, 5, time.Time{})
	first := b.announce(99, 1, at)
	later := func(p schema.GitHubPush) bool { return ok(b.LaterGitHubPush(t.Context(), p))(t) }
	if later(first) || later(second) {
		t.Error("pushes that wait are taken for dealt with")
	}
	e := b.take()
	equal(t, e.Key, second.Delivery)
	if later(first) {
		t.Error("a push that is being fetched is taken for dealt with")
	}
	check(t, b.Delivered(t.Context(), e))
	for _, c := range []struct {
		p    schema.GitHubPush
		want bool
	}{{first, true}, {second, false}, {third, false}, {other, false}, {unknown, false}} {
		if later(c.p) != c.want {
			t.Errorf("%s: overtaken %v", c.p.Delivery, later(c.p))
		}
	}
}

// An operator's retry keeps the order of the pushes to a repository: those that were given up
// first, then those that still waited.
func TestRetryKeepsOrder(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	var want, got []string
	for n := range 3 {
		want = append(want, b.announce(99, n, time.Time{}).Delivery)
	}
	check(t, b.GiveUp(t.Context(), b.take(), "nobody answered for a week"))
	e := b.take()
	check(t, b.Postpone(t.Context(), e, schema.Postponement{Entry: e.Due, Receiver: b.tick().Add(time.Hour), Reason: "no answer"}))
	ok(b.RetryOutbox(t.Context(), schema.Operator(), schema.OutgoingGitHubPush))(t)
	for range want {
		e := b.take()
		got = append(got, e.Key)
		check(t, b.Delivered(t.Context(), e))
	}
	equal(t, got, want)
}
