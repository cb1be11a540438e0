package transcript

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/schema"
)

// cases returns results of one family with outcomes in order: '.' passed, 'F' failed, '-' missing,
// 'x' an extra case.
func cases(family, outcomes string) []schema.Event {
	var events []schema.Event
	for i, c := range outcomes {
		r := schema.TestResult{
			Name: fmt.Sprintf("%s/%d", family, i+1), Test: family, Outcome: schema.OutcomePassed, Score: points(2), MaxScore: points(2),
			Visible: schema.VisibleAlways, Wall: 12 * time.Millisecond,
		}
		switch c {
		case 'F':
			r.Outcome, r.Score, r.Message = schema.OutcomeFailed, points(0), "expected 1, got 2"
		case '-':
			r.Outcome, r.Score, r.Message = schema.OutcomeMissing, points(0), "not reported"
		case 'x':
			r.Unpinned, r.Score, r.MaxScore = true, points(0), points(0)
		}
		events = append(events, testEvent(r))
	}
	return events
}

func end() schema.Event {
	return schema.Event{Kind: schema.EventEnded, State: schema.StateDone, Result: &schema.Result{Outcome: schema.OutcomeGraded, Score: points(1), MaxScore: points(2)}}
}

func TestFamiliesFold(t *testing.T) {
	t.Parallel()
	single := testEvent(schema.TestResult{Name: "greets", Test: "greets", Outcome: schema.OutcomePassed, Score: points(1), MaxScore: points(1), Visible: schema.VisibleAlways, Wall: time.Millisecond})
	tests := map[string]struct {
		events []schema.Event
		want   []string
	}{
		"all pass": {cases("numbers", strings.Repeat(".", 22)), []string{
			"pass  44/44  numbers: 22 cases                            440 ms",
		}},
		"one passes": {cases("numbers", "."), []string{
			"pass  2/2  numbers/1                                       20 ms",
		}},
		"some fail": {cases("numbers", ".F..F"), []string{
			"FAIL  0/2  numbers/2                                       20 ms",
			"           expected 1, got 2",
			"FAIL  0/2  numbers/5                                       20 ms",
			"           expected 1, got 2",
			"pass  6/6  numbers: 3 of 5 cases                           60 ms",
		}},
		"two families and a single test": {append(append(cases("a", ".."), single), cases("b", "..")...), []string{
			"pass  4/4  a: 2 cases                                      40 ms",
			"pass  1/1  greets                                          10 ms",
			"pass  4/4  b: 2 cases                                      40 ms",
		}},
		"missing cases": {cases("units", "..--"), []string{
			"pass  4/4  units: 2 of 4 cases                             40 ms",
			"FAIL  2 tests of units",
			"           not reported",
		}},
		"extra cases": {cases("units", "..xxx"), []string{
			"pass  4/4  units: 2 cases                                  40 ms",
			"extra units: 3 cases",
			"           not among the assignment's cases: they earn nothing",
		}},
	}
	for name, test := range tests {
		got := render(student(), append(test.events, end())...)
		if diff := cmp.Diff(append(test.want, "1 / 2"), got); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
}

// TestFurtherFailuresAreNamed checks that five failures are shown in full, and the others by name.
func TestFurtherFailuresAreNamed(t *testing.T) {
	t.Parallel()
	got := render(student(), append(cases("numbers", strings.Repeat("F", 30)), end())...)
	want := []string{
		"FAIL  0/50  numbers: 25 more                              500 ms",
		"           6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19,",
		"           20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30",
		"1 / 2",
	}
	if len(got) != 10+len(want) {
		t.Fatalf("%d lines, want 5 failures of 2 lines, and %d:\n%s", len(got), len(want), strings.Join(got, "\n"))
	}
	if diff := cmp.Diff(want, got[10:]); diff != "" {
		t.Error(diff)
	}
}

func TestSixthFailureIsNamed(t *testing.T) {
	t.Parallel()
	got := render(student(), append(cases("n", "FFFFFF"), end())...)
	want := []string{
		"FAIL  0/2  n/5                                             20 ms",
		"           expected 1, got 2",
		"FAIL  0/2  n/6                                             20 ms",
		"1 / 2",
	}
	if diff := cmp.Diff(want, got[8:]); diff != "" {
		t.Error(diff)
	}
}

func TestVerboseShowsEveryCase(t *testing.T) {
	t.Parallel()
	v := New(student(), Options{Verbose: true})
	var got []string
	for _, e := range append(cases("numbers", strings.Repeat(".", 400)+strings.Repeat("F", 400)), end()) {
		got = append(got, v.Event(e)...)
	}
	if want := 400 + 2*400 + 1; len(got) != want {
		t.Errorf("%d lines, want %d", len(got), want)
	}
}

// TestLostRunnerResetsFolding checks that a family counts from the start when it begins again after
// its runner was lost.
func TestLostRunnerResetsFolding(t *testing.T) {
	t.Parallel()
	events := append(cases("n", ".."), schema.Event{Kind: schema.EventRequeued, Text: "no heartbeat"})
	got := render(student(), append(append(events, cases("n", "...")...), end())...)
	want := []string{
		"the runner was lost, your push waits again: no heartbeat",
		"pass  6/6  n: 3 cases                                      60 ms",
		"1 / 2",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestFamilyLinesFit checks that with long names no line is too wide, and the counts are not cut.
func TestFamilyLinesFit(t *testing.T) {
	t.Parallel()
	long := "ca.example.university." + strings.Repeat("structures.", 9) + "RingTest"
	events := cases(long, strings.Repeat(".", 1000)+strings.Repeat("F", 400)+strings.Repeat("x", 5))
	for i := range events {
		events[i].Test.Name += strings.Repeat("é", 90)
	}
	got := render(student(), append(events, end())...)
	for _, line := range got {
		if Columns(line) > Width {
			t.Errorf("%d columns: %q", Columns(line), line)
		}
	}
	if all := strings.Join(got, "\n"); !strings.Contains(all, "RingTest: 1000 of 1400 cases") || !strings.Contains(all, "RingTest: 395 more") || len(got) > 40 {
		t.Errorf("%d lines:\n%s", len(got), all)
	}
}
