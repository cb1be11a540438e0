package gitd

import "testing"

func TestReceptionResolvesOnce(t *testing.T) {
	t.Parallel()
	r := newReception()
	first := &recorded{}
	r.resolve(outcome{kind: outcomeRecorded, recorded: first})
	r.resolve(refusedFor(refusal{code: refusalMoved}))
	for range 2 { // every caller gets the outcome, at every call
		if got := r.wait(); got.kind != outcomeRecorded || got.recorded != first {
			t.Errorf("outcome %+v, want the first one", got)
		}
	}
}

func TestReceptionAbortsOnlyWhileGitRuns(t *testing.T) {
	t.Parallel()
	r := newReception()
	killed := 0
	r.abort(refusal{text: "too early"})
	r.begin(func() { killed++ })
	r.abort(refusal{text: "the pack did not come"})
	r.abort(refusal{text: "the server is stopping"})
	r.gitEnded()
	r.abort(refusal{text: "too late"})
	if _, _, why := r.facts(); killed != 2 || why.text != "the pack did not come" || r.running() {
		t.Errorf("killed %d times for %q, running %v; want twice, for the first reason", killed, why.text, r.running())
	}
}
