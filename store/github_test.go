package store

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/grader/grader/schema"
)

// announce stores an announced push to a repository.
func (b *bundle) announce(repository int64, n int, pushed time.Time) schema.GitHubPush {
	b.t.Helper()
	return b.announcePush(schema.GitHubPush{GitHubCommit: schema.GitHubCommit{RepositoryID: repository, Commit: fmt.Sprintf("%040x", n)}, Delivery: fmt.Sprintf("delivery-%d", n), PushedAt: pushed})
}

// announcePush stores an announced push.
func (b *bundle) announcePush(p schema.GitHubPush) schema.GitHubPush {
	b.t.Helper()
	p.Repository, p.SenderID, p.ReceivedAt, p.Delivery = "o/a1-ada", 1, b.tick(), cmp.Or(p.Delivery, "delivery-"+p.Commit)
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

// A push with a late announcement counts as overtaken once a later push was accepted, but not
// while the later push waits behind it or if the later push was refused.
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
		t.Error("pushes that wait are taken for accepted")
	}
	e := b.take()
	equal(t, e.Key, second.Delivery)
	if later(first) {
		t.Error("a push that is being fetched is taken for accepted")
	}
	check(t, b.Delivered(t.Context(), e))
	if later(first) {
		t.Error("a push that was refused is taken for accepted")
	}
	check(t, b.AcceptGitHubPush(t.Context(), second))
	for _, c := range []struct {
		p    schema.GitHubPush
		want bool
	}{{first, true}, {second, false}, {third, false}, {other, false}, {unknown, false}} {
		if later(c.p) != c.want {
			t.Errorf("%s: overtaken %v", c.p.Delivery, later(c.p))
		}
	}
}

// An operator's retry keeps the order of the pushes to a repository: first the given-up
// pushes, then the waiting ones.
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

// writtenStatuses delivers the waiting statuses and returns their keys, sorted.
func (b *bundle) writtenStatuses() (keys []string) {
	b.t.Helper()
	ctx := b.t.Context()
	for {
		e, _, err := b.TakeOutgoing(ctx, schema.OutgoingGitHubStatus, nil, b.tick())
		if schema.CodeOf(err) == schema.CodeNotFound {
			slices.Sort(keys)
			return keys
		}
		check(b.t, err)
		keys = append(keys, e.Key)
		check(b.t, b.Delivered(ctx, e))
	}
}

// TestStatusesFollowExtensionOfMember checks that an extension of a member, and its end, also write
// the statuses of the team's commits again, but not those of a team that the member has left.
func TestStatusesFollowExtensionOfMember(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	ctx, ida, a := t.Context(), b.actor("ida", ""), b.assignment
	b.team(a, "blue", "alice", "bob")
	sub := b.teamPush(a, "blue", "alice", 5)
	check(t, b.AddGitHubCommit(ctx, schema.GitHubCommit{Repository: "o/a1-blue", RepositoryID: 3, Commit: sub.Commit}, a.ID, "blue"))
	blue := []string{"3/" + sub.Commit}
	extend := func() schema.GrantedExtension {
		e, _, err := b.AddExtension(ctx, ida, a, "bob", schema.Extension{Days: 2}, "ill")
		check(t, err)
		return e
	}
	granted := extend()
	equal(t, b.writtenStatuses(), blue)
	ok(b.EndExtension(ctx, ida, a, granted.ID))(t)
	equal(t, b.writtenStatuses(), blue)
	b.leave(a, "blue", "bob")
	b.writtenStatuses()
	extend()
	equal(t, b.writtenStatuses(), []string(nil))
}

// TestStatusesFollowGrades makes changes that affect what an owner may see. The statuses of the
// owner's commits are written again, each once, and no others.
func TestStatusesFollowGrades(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	ctx, ida := t.Context(), b.actor("ida", "")
	a := b.assignment
	follow := func(sub schema.GradedSubmission, repository int64) string {
		c := schema.GitHubCommit{Repository: "o/a1-" + sub.Name.Owner, RepositoryID: repository, Commit: sub.Commit}
		check(t, b.AddGitHubCommit(ctx, c, a.ID, sub.Name.Owner))
		return fmt.Sprintf("%d/%s", repository, sub.Commit)
	}
	first := b.graded("alice", 1)
	alice := []string{follow(first, 1), follow(b.graded("alice", 2), 1)}
	bob := []string{follow(b.graded("bob", 3), 2)}
	check(t, b.AddGitHubCommit(ctx, schema.GitHubCommit{Repository: "o/a1-alice", RepositoryID: 1, Commit: fmt.Sprintf("%040x", 77)}, a.ID, "alice")) // a refused push
	everybody := slices.Concat(alice, bob)
	var adjustment schema.Adjustment
	var extension schema.GrantedExtension
	var set schema.Regrade
	for _, c := range []struct {
		what string
		do   func()
		want []string
	}{
		{"adjust", func() { adjustment = ok(b.Adjust(ctx, ida, a, "alice", schema.NewPoints(1, 1), "ill"))(t) }, alice},
		{"end the adjustment", func() { ok(b.EndAdjustment(ctx, ida, a, adjustment.ID))(t) }, alice},
		{"extend", func() {
			extension, _, _ = b.AddExtension(ctx, ida, a, "bob", schema.Extension{Days: 2}, "ill")
		}, bob},
		{"end the extension", func() { ok(b.EndExtension(ctx, ida, a, extension.ID))(t) }, bob},
		{"an outage", func() {
			_, _, err := b.AddOutage(ctx, ida, b.course, schema.Outage{Start: epoch, Length: time.Hour})
			check(t, err)
		}, everybody},
		{"mark", func() { check(t, b.Mark(ctx, b.actor("alice", ""), a, first.Submission)) }, alice},
		{"publish", func() { check(t, b.Publish(ctx, ida, a, "")) }, everybody},
		{"unpublish", func() { check(t, b.Unpublish(ctx, ida, a, "")) }, everybody},
		{"regrade", func() {
			set = ok(b.CreateRegrade(ctx, ida, schema.NewRegrade{Assignment: a, Which: schema.RegradeCounted}))(t)
			for range set.Total {
				b.finish(b.claim("standard"), 4)
			}
		}, nil},
		{"apply the regrade", func() { check(t, b.ApplyRegrade(ctx, ida, set)) }, everybody},
		{"undo the regrade", func() {
			set.State = schema.RegradeApplied
			ok(b.UndoRegrade(ctx, ida, set))(t)
		}, everybody},
	} {
		c.do()
		got := b.writtenStatuses()
		want := slices.Sorted(slices.Values(c.want))
		if !slices.Equal(got, want) {
			t.Errorf("%s: the statuses of %v are written, want %v", c.what, got, want)
		}
	}
}

// TestRepositoryVisibility announces pushes to one repository, some late, some refused. The latest
// push decides who reads the repository, also if it is not accepted. Unclear cases count as public.
func TestRepositoryVisibility(t *testing.T) {
	t.Parallel()
	type push struct {
		second int // when GitHub received it; -1: unknown
		public bool
	}
	for name, c := range map[string]struct {
		pushes []push
		want   bool
	}{
		"never announced":                {nil, true},
		"private":                        {[]push{{1, false}}, false},
		"made public":                    {[]push{{1, false}, {2, true}}, true},
		"made private":                   {[]push{{1, true}, {2, false}}, false},
		"a late private push":            {[]push{{2, true}, {1, false}}, true},
		"a late public push":             {[]push{{2, false}, {1, true}}, false},
		"a late push after two":          {[]push{{1, false}, {3, true}, {2, false}}, true},
		"private within the same second": {[]push{{1, true}, {1, false}}, true},
		"public within the same second":  {[]push{{1, false}, {1, true}}, true},
		"private at an unknown time":     {[]push{{1, true}, {-1, false}}, true},
		"public at an unknown time":      {[]push{{1, false}, {-1, true}}, true},
		"after a public unknown time":    {[]push{{-1, true}, {1, false}}, false},
		"late after an unknown time":     {[]push{{5, false}, {-1, true}, {4, false}}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBundle(t)
			for i, p := range c.pushes {
				pushed := time.Time{}
				if p.second >= 0 {
					pushed = epoch.Add(time.Duration(p.second) * time.Second)
				}
				b.announcePush(schema.GitHubPush{GitHubCommit: schema.GitHubCommit{RepositoryID: 99, Commit: fmt.Sprintf("%040x", i), Public: p.public}, PushedAt: pushed})
				b.announce(7, 100+i, epoch) // another repository
			}
			equal(t, ok(b.PublicAtGitHub(t.Context(), 99))(t), c.want)
		})
	}
}

// TestRepositoryVisibilityChanges announces changes of who may read a repository, between pushes to it.
func TestRepositoryVisibilityChanges(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	n := 0
	change := func(second int, public bool) schema.GitHubVisibility {
		n++
		v := schema.GitHubVisibility{Delivery: fmt.Sprintf("change-%d", n), RepositoryID: 99, Public: public, ReceivedAt: b.tick()}
		if second >= 0 {
			v.ChangedAt = epoch.Add(time.Duration(second) * time.Second)
		}
		if !ok(b.ReceiveGitHubVisibility(t.Context(), v))(t) {
			t.Error("a new announcement was taken for a repeated one")
		}
		return v
	}
	is := func(what string, want bool) {
		t.Helper()
		if got := ok(b.PublicAtGitHub(t.Context(), 99))(t); got != want {
			t.Errorf("%s: public %v", what, got)
		}
	}
	pushed := b.announce(99, 1, epoch)
	is("a private push", false)
	published := change(2, true)
	is("publicized", true)
	b.announce(99, 2, epoch.Add(time.Second))
	is("a late private push", true)
	change(4, false)
	is("privatized", false)
	if ok(b.ReceiveGitHubVisibility(t.Context(), published))(t) {
		t.Error("a repeated announcement was taken for a new one")
	}
	change(3, true)
	is("a late public change", false)
	change(-1, true)
	is("public at an unknown time", true)
	change(-1, false)
	is("private at an unknown time", true)
	b.announce(99, 3, epoch.Add(5*time.Second))
	is("a later private push", false)
	if ok(b.LaterGitHubPush(t.Context(), pushed))(t) {
		t.Error("a change was taken for an accepted push")
	}
}

// TestRepositoryRenamed checks that a new name of a repository also applies to its earlier commits.
func TestRepositoryRenamed(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	ctx := t.Context()
	old := schema.GitHubCommit{Repository: "o/a1-alice", RepositoryID: 1, Commit: b.graded("alice", 1).Commit}
	check(t, b.AddGitHubCommit(ctx, old, b.assignment.ID, "alice"))
	check(t, b.AddGitHubCommit(ctx, schema.GitHubCommit{Repository: "o/a1-bob", RepositoryID: 2, Commit: b.graded("bob", 1).Commit}, b.assignment.ID, "bob"))
	check(t, b.AddGitHubCommit(ctx, schema.GitHubCommit{Repository: "o/a1-ada", RepositoryID: 1, Commit: fmt.Sprintf("%040x", 99)}, b.assignment.ID, "alice"))
	check(t, b.Publish(ctx, b.actor("ida", ""), b.assignment, ""))
	var got []schema.GitHubCommit
	for _, e := range ok(b.Outbox(ctx, 10))(t) {
		var s schema.GitHubStatus
		check(t, json.Unmarshal(e.Body, &s))
		got = append(got, s.GitHubCommit)
	}
	slices.SortFunc(got, func(a, b schema.GitHubCommit) int { return int(a.RepositoryID - b.RepositoryID) })
	if len(got) != 2 || got[0].Commit != old.Commit || got[0].Repository != "o/a1-ada" || got[1].Repository != "o/a1-bob" {
		t.Errorf("statuses of %+v", got)
	}
}
