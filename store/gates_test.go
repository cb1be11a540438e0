package store

import (
	"strings"
	"testing"

	"github.com/grader/grader/schema"
)

// parts returns a gate of three runs and a part with samples.
func parts() []schema.GatePart {
	return []schema.GatePart{{Run: 1}, {Run: 2}, {Run: 3}, {Samples: []string{"samples/x/"}}}
}

// candidateOf pushes tests with the given tree and a gate of several parts.
func (b *bundle) candidateOf(tree string) schema.Version {
	b.t.Helper()
	in := b.intent(b.repository(b.assignment, schema.RepositoryTests, ""), "ida")
	v, _, err := b.RecordCandidate(b.t.Context(), schema.Push{Intent: in, Tree: tree, Flavour: "standard", Login: "ida", Gate: parts()}, []byte(b.source))
	check(b.t, err)
	return v
}

// gatePart finishes one part of a gate. The solution's test has the outcome.
func (b *bundle) gatePart(o schema.Outcome) {
	b.t.Helper()
	j := b.claim("standard")
	part := ok(b.Order(b.t.Context(), j.ID))(b.t).Gate
	r := schema.Result{Outcome: schema.OutcomeGraded, Gate: &schema.GateResult{Passed: o == schema.OutcomePassed, Run: part.Run}}
	if part.Run > 0 {
		r.Tests = []schema.TestResult{{Name: "greets", Outcome: o}}
		r.Gate.Pins = schema.Pins{Tests: map[string][]string{"units": {"A.a"}}}
	}
	if o != schema.OutcomePassed {
		r.Message = "greets failed"
	}
	ok(b.Finish(b.t.Context(), j.ID, j.Attempt, r, b.tick()))(b.t)
}

// The last finished part decides, in any order. Nothing is decided before it.
func TestGateIsDecidedByItsLastPart(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	v := b.candidateOf(strings.Repeat("8", 40))
	for range parts() {
		gate := ok(b.Gate(t.Context(), v.ID))(t)
		if gate.Version.State != schema.VersionCandidate || gate.Verdict != nil || gate.Ended() {
			t.Errorf("before its end the gate is %+v", gate)
		}
		b.gatePart(schema.OutcomePassed)
	}
	gate := ok(b.Gate(t.Context(), v.ID))(t)
	if gate.Version.State != schema.VersionActive || gate.Verdict == nil || !gate.Verdict.Passed || gate.Verdict.Runs != 3 || !gate.Ended() {
		t.Errorf("the gate is %+v", gate)
	}
	equal(t, gate.Version.Pins, schema.Pins{Tests: map[string][]string{"units": {"A.a"}}, Reports: nil})
	for n, j := range gate.Jobs {
		equal(t, j.Part, parts()[n])
	}
}

// A flaky candidate is rejected. An unchanged second push, which would have passed by
// chance, is also rejected. A changed candidate is judged again.
func TestUnchangedPushOfFlakyTestsIsRefused(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	tree, other := strings.Repeat("8", 40), strings.Repeat("9", 40)
	first := b.candidateOf(tree)
	for _, o := range []schema.Outcome{schema.OutcomePassed, schema.OutcomeFailed, schema.OutcomePassed, schema.OutcomePassed} {
		b.gatePart(o)
	}
	second := b.candidateOf(tree)
	for range parts() {
		b.gatePart(schema.OutcomePassed)
	}
	third := b.candidateOf(other)
	for range parts() {
		b.gatePart(schema.OutcomePassed)
	}
	for _, c := range []struct {
		v      schema.Version
		state  schema.VersionState
		reason string
	}{
		{first, schema.VersionRejected, "flaky: greets passed in run 1 and run 3, failed in run 2"},
		{second, schema.VersionRejected, "failed in run 2 of version 2, which is the same"},
		{third, schema.VersionActive, ""},
	} {
		gate := ok(b.Gate(t.Context(), c.v.ID))(t)
		if got := strings.Join(gate.Verdict.Reasons, "\n"); gate.Version.State != c.state || !strings.Contains(got, c.reason) {
			t.Errorf("version %d is %s: %q; want %s and %q", c.v.Number, gate.Version.State, got, c.state, c.reason)
		}
	}
}

// If a machine fails during one part, the results of the other parts stay, and only that part
// is repeated.
func TestFailedGatePartIsRepeated(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	v := b.candidateOf(strings.Repeat("8", 40))
	b.failJob("lost")
	for range parts()[1:] {
		b.gatePart(schema.OutcomePassed)
	}
	gate := ok(b.RetryGate(t.Context(), v.ID, b.tick()))(t)
	waiting := 0
	for _, j := range gate.Jobs {
		if !j.Job.State.Ended() {
			waiting++
		}
	}
	if waiting != 1 || gate.Version.State != schema.VersionCandidate {
		t.Errorf("%d parts wait, the version is %s", waiting, gate.Version.State)
	}
	b.gatePart(schema.OutcomePassed)
	equal(t, ok(b.Version(t.Context(), v.ID))(t).State, schema.VersionActive)
}
