package store

import (
	"strings"
	"testing"
	"time"

	"github.com/grader/grader/schema"
)

// try records a push to the branch try.
func (b *bundle) try(login string) schema.Try {
	b.t.Helper()
	in := b.intent(b.repository(b.assignment, schema.RepositoryOwn, login), login)
	return ok(b.RecordTry(b.t.Context(), b.pushed(b.assignment, in)))(b.t)
}

// TestTriesCountNowhere grades a try and a submission of alice.
func TestTriesCountNowhere(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	in := b.intent(b.repository(b.assignment, schema.RepositoryOwn, "alice"), "alice")
	first := ok(b.RecordTry(t.Context(), b.pushed(b.assignment, in)))(t)
	equal(t, ok(b.RecordTry(t.Context(), b.pushed(b.assignment, in)))(t), first)
	if first.Number != 1 || first.Job.Kind != schema.JobTry || first.Job.Lane != schema.LaneInteractive || first.String() != "comp2402/a1/alice try 1" {
		t.Errorf("try %+v", first)
	}
	second := b.try("alice")
	if got := ok(b.Job(t.Context(), first.Job.ID))(t).Lane; got != schema.LaneOvertaken {
		t.Errorf("the first try waits in lane %s", got)
	}
	sub := b.push("alice")
	if got := ok(b.Job(t.Context(), second.Job.ID))(t).Lane; got != schema.LaneInteractive || sub.Job.Lane != schema.LaneInteractive || sub.Name.Number != 1 {
		t.Errorf("lanes %s and %s, submission %d", got, sub.Job.Lane, sub.Name.Number)
	}
	subject := ok(b.Subject(t.Context(), second.Job.ID))(t)
	order := ok(b.Order(t.Context(), second.Job.ID))(t)
	if subject.Name != "comp2402/a1/alice try 2" || order.Name != subject.Name || order.Kind != schema.JobTry || order.Submission.Commit != second.Commit || order.Submission.Tree != second.Tree {
		t.Errorf("subject %+v, order %+v", subject, order)
	}
	for range 3 {
		b.finish(b.claim("standard"), 20)
	}
	all := ok(b.Tries(t.Context(), b.assignment.ID, "alice", 10))(t)
	if len(all) != 2 || all[0].Number != 2 || all[0].Result == nil || all[0].Result.Score.Cmp(schema.NewPoints(20, 1)) != 0 {
		t.Errorf("tries %+v", all)
	}
	grade := ok(b.Grade(t.Context(), b.assignment.ID, "alice"))(t)
	subs := ok(b.Submissions(t.Context(), b.assignment.ID, "alice", 10))(t)
	if grade.Number != 1 || len(subs) != 1 {
		t.Errorf("grade %+v, %d submissions", grade, len(subs))
	}
}

// TestTriesSince counts tries within an hour, except those with machine failures.
func TestTriesSince(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	old := b.try("alice")
	b.pass(2 * time.Hour)
	lost := b.try("alice")
	b.try("bob")
	recent := b.try("alice")
	check(t, b.VoidIntent(t.Context(), b.intent(b.repository(b.assignment, schema.RepositoryOwn, "alice"), "alice").ID))
	for n := 0; n < 20; n++ {
		j, err := b.Claim(t.Context(), "runner-1", "standard", b.tick(), time.Minute)
		if schema.CodeOf(err) == schema.CodeNotFound {
			break
		}
		check(t, err)
		if j.ID == lost.Job.ID {
			ok(b.Release(t.Context(), j.ID, j.Attempt, "the runner was lost", b.tick()))(t)
			continue
		}
		b.finish(j, 1)
	}
	if j := ok(b.Job(t.Context(), lost.Job.ID))(t); j.State != schema.StateFailed {
		t.Fatalf("job %+v", j)
	}
	equal(t, ok(b.TriesSince(t.Context(), b.assignment.ID, "alice", recent.ReceivedAt.Add(-time.Hour)))(t), []time.Time{recent.ReceivedAt})
	equal(t, len(ok(b.TriesSince(t.Context(), b.assignment.ID, "alice", old.ReceivedAt.Add(-time.Second)))(t)), 2)
}

// TestEraseTries erases a person who has only made a try.
func TestEraseTries(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.enrol("zedzed", schema.RoleStudent)
	try := b.try("zedzed")
	_, err := b.Erase(t.Context(), schema.Operator(), b.user("zedzed"), "erased-1")
	refused(t, err, schema.CodeRefused, "are being graded")
	j := b.claim("standard")
	ok(b.Finish(t.Context(), j.ID, j.Attempt, schema.Result{Outcome: schema.OutcomeGraded, Blame: schema.BlameStudent, Build: &schema.BuildResult{Output: "by zedzed"}}, b.tick()))(t)
	ok(b.Erase(t.Context(), schema.Operator(), b.user("zedzed"), "erased-1"))(t)
	all := ok(b.Tries(t.Context(), b.assignment.ID, "erased-1", 10))(t)
	if len(all) != 1 || all[0].ID != try.ID || all[0].Login != "erased-1" {
		t.Errorf("tries %+v", all)
	}
	if r := ok(b.JobResult(t.Context(), try.Job.ID))(t); r.Build != nil && strings.Contains(r.Build.Output, "zedzed") {
		t.Errorf("result %+v", r)
	}
}

// TestTryPins checks that new tries, tries of earlier pages and tries that are being graded are
// left out.
func TestTryPins(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	first := b.try("alice")
	b.finish(b.claim("standard"), 1)
	second := b.try("bob")
	b.finish(b.claim("standard"), 1)
	running := b.try("alice")
	b.claim("standard")
	b.pass(time.Hour)
	before := b.tick()
	b.try("bob")
	b.finish(b.claim("standard"), 1)
	pin := func(y schema.Try) schema.TryPin {
		return schema.TryPin{ID: y.ID, Repository: y.Repository, IntentID: y.IntentID}
	}
	equal(t, ok(b.TryPins(t.Context(), before, 0, 10))(t), []schema.TryPin{pin(first), pin(second)})
	equal(t, ok(b.TryPins(t.Context(), before, first.ID, 10))(t), []schema.TryPin{pin(second)})
	equal(t, ok(b.TryPins(t.Context(), before, 0, 1))(t), []schema.TryPin{pin(first)})
	equal(t, running.Number, 2)
}
