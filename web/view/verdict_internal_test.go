package view

import (
	"testing"
	"time"

	"github.com/grader/grader/schema"
)

func TestWaitingWords(t *testing.T) {
	t.Parallel()
	for want, place := range map[string]schema.Place{
		"Waiting for a runner: you are next.":                  {},
		"Waiting for a runner: 3 ahead of you, about 4 s.":     {Ahead: 3, Estimate: 4 * time.Second},
		"Waiting for a runner: more than 5000 ahead of you.":   {Ahead: 5000, More: true},
		"Waiting: no runners of flavour large are set up now.": {Ahead: 3, Stalled: "no runners of flavour large are set up now"},
	} {
		if got := (&Progress{}).waitingWords(place); got != want {
			t.Errorf("%+v: %q, want %q", place, got, want)
		}
	}
}

// TestDamagedResultWords checks that a result that cannot be read is not shown as 0 points of the student.
func TestDamagedResultWords(t *testing.T) {
	t.Parallel()
	r := &schema.Result{Outcome: schema.OutcomeInfrastructureError, Message: "the stored result cannot be read; grade it again: rerun c/a/alice/1"}
	if status, advice := resultWords(r); status != "The stored result cannot be read; grade it again: rerun c/a/alice/1." || advice != "" {
		t.Errorf("%q and %q", status, advice)
	}
	if got, want := MarkOfResult(r), (Mark{"alert", "odd", "Our machines failed"}); got != want {
		t.Errorf("mark %+v, want %+v", got, want)
	}
}
