package store

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/schema"
)

// A trouble is listed only while its cause lasts, and only in its own course.
func TestTroubleEndsWithItsCause(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	other := b.addCourse("comp2404")
	want := func(when string, want ...schema.Trouble) {
		t.Helper()
		got := ok(b.Troubles(t.Context(), b.course.ID))(t)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", when, diff)
		}
		if elsewhere := ok(b.Troubles(t.Context(), other.ID))(t); len(elsewhere) > 0 {
			t.Errorf("%s: another course has %+v", when, elsewhere)
		}
	}
	want("nothing is wrong")
	sub := b.push("alice")
	b.push("bob")
	want("two wait", schema.Trouble{Kind: schema.TroubleWaiting, Flavour: "standard", Count: 2})

	b.failJob("its runner is gone")
	bobs := b.claim("standard")
	want("alice's failed", schema.Trouble{Kind: schema.TroubleFailed, Submission: sub.Name, Count: 1, Reason: "its runner is gone"})
	b.finishBroken(bobs)
	broken := schema.Trouble{Kind: schema.TroubleBroken, Submission: schema.SubmissionName{Course: "comp2402", Assignment: "a1", Owner: "bob", Number: 1}, Count: 1}
	want("bob's tests failed", schema.Trouble{Kind: schema.TroubleFailed, Submission: sub.Name, Count: 1, Reason: "its runner is gone"}, broken)

	b.push("alice") // the next push replaces it
	b.finishBroken(b.claim("standard"))
	broken.Submission.Owner, broken.Submission.Number, broken.Count = "alice", 2, 2
	want("the tests failed on alice's too", broken)

	v, _ := b.candidate(b.assignment)
	b.gate(v, schema.GateResult{Passed: true})
	want("the tests were mended")
}

// A failed job that is run again is no longer listed.
func TestRerunClearsTrouble(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	sub := b.push("alice")
	b.failJob("its runner is gone")
	b.rerun("ida", sub)
	b.finish(b.claim("standard"), 25)
	if got := ok(b.Troubles(t.Context(), b.course.ID))(t); len(got) > 0 {
		t.Errorf("troubles %+v", got)
	}
}

// failJob claims a job and releases it until it fails.
func (b *bundle) failJob(reason string) {
	b.t.Helper()
	for range schema.MaxAttempts {
		j := b.claim("standard")
		ok(b.Release(b.t.Context(), j.ID, j.Attempt, reason, b.tick()))(b.t)
	}
}

// finishBroken finishes a claimed job with a result that blames the tests.
func (b *bundle) finishBroken(j schema.Job) {
	b.t.Helper()
	r := schema.Result{Outcome: schema.OutcomeGraderError, Blame: schema.BlameGrader, Message: "units: no case"}
	ok(b.Finish(b.t.Context(), j.ID, j.Attempt, r, b.tick()))(b.t)
}
