package transcript

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

func student() course.Access {
	return course.OwnedBy(course.Viewer{Login: "alice", Role: schema.RoleStudent}, "alice")
}

func points(n int64) schema.Points { return schema.NewPoints(n, 1) }

func render(a course.Access, events ...schema.Event) []string {
	l := New(a, Options{})
	var out []string
	for _, e := range events {
		out = append(out, l.Event(e)...)
	}
	return out
}

func TestTranscriptOfGrading(t *testing.T) {
	t.Parallel()
	shown := schema.TestResult{Name: "adds to an empty list", Outcome: schema.OutcomePassed, Score: points(2), MaxScore: points(2), Visible: schema.VisibleAlways, Wall: 12 * time.Millisecond}
	failed := schema.TestResult{Name: "removes from the middle", Outcome: schema.OutcomeFailed, MaxScore: points(3), Visible: schema.VisibleAlways, Wall: 14 * time.Millisecond,
		Message: `line 2: expected "1 3", got "1 2 3"`}
	hidden := schema.TestResult{Name: "secret", Outcome: schema.OutcomePassed, Score: points(5), MaxScore: points(5), Visible: schema.VisibleAfterDue}
	never := schema.TestResult{Name: "calibration", Outcome: schema.OutcomeFailed, Visible: schema.VisibleNever}
	crash := schema.TestResult{Name: "many", Outcome: schema.OutcomeCrashed, Signal: "SIGSEGV", MaxScore: schema.NewPoints(50, 3), Visible: schema.VisibleAlways, Wall: 2 * time.Second, Hint: "mind the end"}
	skipped := schema.TestResult{Name: "later", Outcome: schema.OutcomeNotRun, MaxScore: points(1), Visible: schema.VisibleAlways}
	build := schema.BuildResult{Outcome: schema.OutcomePassed, Duration: 1200 * time.Millisecond}
	result := schema.Result{Outcome: schema.OutcomeGraded, Score: points(7), MaxScore: points(10), Tests: []schema.TestResult{shown, failed, hidden, never}}
	got := render(student(),
		schema.Event{Kind: schema.EventQueued}, schema.Event{Kind: schema.EventAssigned},
		schema.Event{Kind: schema.EventStarted, Text: "standard runner, wall namespace"},
		schema.Event{Kind: schema.EventBuild, Build: &build},
		schema.Event{Kind: schema.EventTest, Test: &shown}, schema.Event{Kind: schema.EventTest, Test: &failed},
		schema.Event{Kind: schema.EventTest, Test: &hidden}, schema.Event{Kind: schema.EventTest, Test: &never},
		schema.Event{Kind: schema.EventTest, Test: &crash}, schema.Event{Kind: schema.EventTest, Test: &skipped},
		schema.Event{Kind: schema.EventEnded, State: schema.StateDone, Result: &result})
	want := []string{
		"running on a fresh standard runner",
		"build    ok                                                1.2 s",
		"pass  2/2  adds to an empty list                           20 ms",
		"FAIL  0/3  removes from the middle                         20 ms",
		`           line 2: expected "1 3", got "1 2 3"`,
		"FAIL  0/16.67  many                                        2.0 s",
		"           crashed: SIGSEGV",
		"           note: mind the end",
		"skip  later",
		"           not run",
		"2 / 5 now; 1 hidden test (5 points) counts after the due date",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestTranscriptOfEveryEnd(t *testing.T) {
	t.Parallel()
	graded := func(r schema.Result) *schema.Result { return &r }
	tests := map[string]struct {
		event schema.Event
		want  string
	}{
		"full marks":    {schema.Event{State: schema.StateDone, Result: graded(schema.Result{Outcome: schema.OutcomeGraded, Score: points(2), MaxScore: points(2)})}, "2 / 2"},
		"compile error": {schema.Event{State: schema.StateDone, Result: graded(schema.Result{Outcome: schema.OutcomeCompileError, MaxScore: points(2)})}, "does not compile: 0 / 2"},
		"grader error":  {schema.Event{State: schema.StateDone, Result: graded(schema.Result{Outcome: schema.OutcomeGraderError, Message: "secret path"})}, "the tests failed, not you; the staff has been told"},
		"cancelled":     {schema.Event{State: schema.StateCancelled}, "cancelled: by the course staff"},
		"failed":        {schema.Event{State: schema.StateFailed, Text: "lost"}, "our machines failed, not you; the staff has been told.\nNothing was charged. Push again to try once more."},
		"dropped files": {schema.Event{State: schema.StateDone, Result: graded(schema.Result{Outcome: schema.OutcomeGraded, Dropped: []string{"conftest.py"}})}, "kept away from the tests: conftest.py\n0 / 0"},
	}
	for name, test := range tests {
		test.event.Kind = schema.EventEnded
		if got := strings.Join(render(student(), test.event), "\n"); got != test.want {
			t.Errorf("%s: %q, not %q", name, got, test.want)
		}
	}
}

func TestTranscriptRestartsAfterLostRunner(t *testing.T) {
	t.Parallel()
	line := schema.Event{Kind: schema.EventLine, Text: "gcc hello.c"}
	got := render(student(), line, schema.Event{Kind: schema.EventRequeued, Text: "no heartbeat"}, line)
	want := []string{"| gcc hello.c", "the runner was lost, your push waits again: no heartbeat", "| gcc hello.c"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestTranscriptIsCapped(t *testing.T) {
	t.Parallel()
	var events []schema.Event
	for range 500 {
		test := schema.TestResult{Name: strings.Repeat("n", 200), Outcome: schema.OutcomeFailed, Message: strings.Repeat("m\n", 50), Visible: schema.VisibleAlways}
		events = append(events, schema.Event{Kind: schema.EventLine, Text: strings.Repeat("l", 500)}, schema.Event{Kind: schema.EventTest, Test: &test})
	}
	events = append(events, schema.Event{Kind: schema.EventEnded, State: schema.StateDone, Result: &schema.Result{Outcome: schema.OutcomeGraded}})
	got := render(student(), events...)
	if limit := maxBuildLines + maxTestLines*(maxDetails+2) + 10; len(got) > limit {
		t.Errorf("%d lines, more than %d", len(got), limit)
	}
	for _, line := range got {
		if Columns(line) > Width {
			t.Errorf("%d columns: %q", Columns(line), line)
		}
	}
	if got[len(got)-2] != "200 more tests are on the page" {
		t.Errorf("the end is %q", got[len(got)-2:])
	}
}

func TestGuardMarksColouredWords(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"error: x": "| error: x", "  Warning:": "  | Warning:", "hint": "| hint", "SUCCESS!": "| SUCCESS!",
		"errors 3": "errors 3", "hints": "hints", "fine": "fine", "": "",
	} {
		if got := guard(in); got != want {
			t.Errorf("guard(%q) = %q, not %q", in, got, want)
		}
	}
}

func TestRefusalFitsWidth(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"src/List.java is required and missing": "refused: src/List.java is required and missing. Nothing was counted.",
		"a.":                                    "refused: a. Nothing was counted.",
		"a\x1b[31m\nb":                          "refused: a\ufffd[31m b. Nothing was counted.",
	} {
		if got := strings.Join(Refusal(text), "\n"); got != want {
			t.Errorf("%q, not %q", got, want)
		}
	}
	long := Refusal(strings.Repeat("word ", 40))
	for _, line := range long {
		if Columns(line) > RefusalWidth {
			t.Errorf("%d columns: %q", Columns(line), line)
		}
	}
	if long[len(long)-1] != NothingCounted {
		t.Errorf("the last line is %q", long[len(long)-1])
	}
}

func FuzzTranscript(f *testing.F) {
	f.Add("name", "error: \x1b[0m", "hint:\u202e\n\n", int64(3))
	f.Fuzz(func(t *testing.T, name, message, line string, wall int64) {
		test := schema.TestResult{Name: name, Message: message, Hint: line, Outcome: schema.OutcomeFailed, Visible: schema.VisibleAlways, Wall: time.Duration(wall)}
		build := schema.BuildResult{Outcome: schema.OutcomeCompileError, Message: message, Output: line}
		got := render(student(), schema.Event{Kind: schema.EventStarted, Text: line}, schema.Event{Kind: schema.EventBuild, Build: &build},
			schema.Event{Kind: schema.EventLine, Text: line}, schema.Event{Kind: schema.EventTest, Test: &test},
			schema.Event{Kind: schema.EventRequeued, Text: message},
			schema.Event{Kind: schema.EventEnded, State: schema.StateCancelled, Text: message})
		for _, l := range got {
			if strings.ContainsAny(l, "\n\t") || schema.Sanitize(l) != l || guard(l) != l {
				t.Errorf("not fit for a terminal: %q", l)
			}
		}
	})
}

func TestAbsentTestsAreCountedByReason(t *testing.T) {
	t.Parallel()
	l := New(student(), Options{})
	for range 24 {
		l.Event(testEvent(schema.TestResult{Name: "numbers/1", Test: "numbers", Outcome: schema.OutcomeNotRun, Message: "not run: the build failed", Visible: schema.VisibleAlways, Hint: "h"}))
	}
	l.Event(testEvent(schema.TestResult{Name: "units", Test: "units", Outcome: schema.OutcomeNotRun, Message: "not run: numbers must pass first", Visible: schema.VisibleAlways}))
	for range 17 {
		l.Event(testEvent(schema.TestResult{Name: "bank/x", Test: "bank", Outcome: schema.OutcomeMissing, Message: "not reported", Visible: schema.VisibleAlways}))
	}
	want := []string{
		"skip  24 tests", "           not run: the build failed",
		"skip  units", "           not run: numbers must pass first",
		"FAIL  17 tests of bank", "           not reported",
	}
	if diff := cmp.Diff(want, l.absences()); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
}

func TestHintIsShownOncePerFamily(t *testing.T) {
	t.Parallel()
	l := New(student(), Options{})
	var all []string
	for _, name := range []string{"numbers/1", "numbers/2"} {
		all = append(all, l.Event(testEvent(schema.TestResult{Name: name, Test: "numbers", Outcome: schema.OutcomeFailed, Hint: "from the right", Visible: schema.VisibleAlways}))...)
	}
	if got := strings.Count(strings.Join(all, "\n"), "note: from the right"); got != 1 {
		t.Errorf("the hint was said %d times:\n%s", got, strings.Join(all, "\n"))
	}
}

func testEvent(r schema.TestResult) schema.Event {
	return schema.Event{Kind: schema.EventTest, Test: &r}
}

func TestFoldKeepsSpaces(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"", "short", "two  spaces   and    more, so that the line is longer than it may be  ", strings.Repeat("x", 40)} {
		if got := strings.Join(fold(s, 20), ""); len(s) <= 60 && got != s {
			t.Errorf("folded %q into %q", s, got)
		}
	}
}

func TestCompileErrorShowsCompilerOutput(t *testing.T) {
	t.Parallel()
	failed := schema.TestResult{Name: "units", Test: "units", Outcome: schema.OutcomeCompileError, Visible: schema.VisibleAlways,
		Message: "compile: exit status 1", Output: "RingTest.java:4: error: cannot find symbol\n  ring.add(1);\n      ^\n1 error\n"}
	want := []string{
		"FAIL  0/0  units                                            0 ms",
		"           compile: exit status 1",
		"           RingTest.java:4: error: cannot find symbol",
		"             ring.add(1);",
		"                 ^",
		"           1 error",
	}
	if diff := cmp.Diff(want, render(student(), schema.Event{Kind: schema.EventTest, Test: &failed})); diff != "" {
		t.Error(diff)
	}
}

// TestLongNamesKeepTheirEnd checks cases of one class with long names. They once had the same line,
// because names were cut before they differed.
func TestLongNamesKeepTheirEnd(t *testing.T) {
	t.Parallel()
	const class = "units/ca.example.university.structures.trees.BinarySearchTreeTest."
	shown := schema.TestResult{Name: class + "removesTheRoot", Outcome: schema.OutcomePassed, Score: points(2), MaxScore: points(2), Visible: schema.VisibleAlways, Wall: 12 * time.Millisecond}
	extra := schema.TestResult{Name: class + "madeUp", Outcome: schema.OutcomePassed, Visible: schema.VisibleAlways, Unpinned: true}
	missing := schema.TestResult{Name: class + "balancesItself", Outcome: schema.OutcomeMissing, MaxScore: points(2), Visible: schema.VisibleAlways}
	got := render(student(),
		schema.Event{Kind: schema.EventTest, Test: &shown}, schema.Event{Kind: schema.EventTest, Test: &extra}, schema.Event{Kind: schema.EventTest, Test: &missing},
		schema.Event{Kind: schema.EventEnded, State: schema.StateDone, Result: &schema.Result{Outcome: schema.OutcomeGraded, Score: points(2), MaxScore: points(4)}})
	for i, end := range map[int]string{0: "BinarySearchTreeTest.removesTheRoot 20 ms", 1: "BinarySearchTreeTest.madeUp", 3: "BinarySearchTreeTest.balancesItself"} {
		if i >= len(got) || !strings.HasSuffix(got[i], end) || !strings.Contains(got[i], "  …") && !strings.HasPrefix(got[i], "extra …") || utf8.RuneCountInString(got[i]) > Width {
			t.Errorf("line %d of %q does not end with %q", i, got, end)
		}
	}
}
