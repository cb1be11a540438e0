package view

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

func TestHumaneDuration(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		-time.Second: "0 ms", 0: "0 ms", 12 * time.Millisecond: "12 ms", 999 * time.Millisecond: "999 ms", 1200 * time.Millisecond: "1.2 s", 2 * time.Second: "2 s",
		10 * time.Second: "10 s", 59 * time.Second: "59 s", time.Minute: "1 min", 125 * time.Second: "2 min 5 s", 200 * time.Minute: "3 h 20 min",
		96 * time.Hour: "4 days",
	} {
		if got := Duration(d); got != want {
			t.Errorf("%d: %q, want %q", d, got, want)
		}
	}
}

func TestRelative(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 9, 20, 12, 0, 0, 0, time.UTC)
	for d, want := range map[time.Duration]string{
		-30 * time.Second: "just now", 0: "in less than a minute", 30 * time.Second: "in less than a minute", time.Minute: "in 1 min",
		-90 * time.Minute: "1 hour ago", 47 * time.Hour: "in 47 hours", 49 * time.Hour: "in 2 days", -24 * 30 * time.Hour: "30 days ago", 24 * 3660 * time.Hour: "in 10 years",
	} {
		if got := Relative(now.Add(d), now); got != want {
			t.Errorf("%s: %q, want %q", d, got, want)
		}
	}
}

func TestSentence(t *testing.T) {
	t.Parallel()
	for message, want := range map[string]string{"": "", "a": "A.", "élan vital": "Élan vital.", "Done!": "Done!", "gcc: exit status 1": "gcc: exit status 1.", "two\n": "Two\n.", "\xff": "\ufffd."} {
		if got := Sentence(message); got != want {
			t.Errorf("%q: %q, want %q", message, got, want)
		}
	}
}

func TestSSHCommand(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"host": "ssh grader@host login", "host:22": "ssh grader@host login", "host:2222": "ssh -p 2222 grader@host login",
		"[::1]:2222": "ssh -p 2222 grader@::1 login",
	} {
		if got := SSHCommand(address, "login"); got != want {
			t.Errorf("%s: %q, want %q", address, got, want)
		}
	}
}

// TestParseDifference parses differences in the form of the grading engine.
func TestParseDifference(t *testing.T) {
	t.Parallel()
	same := func(text string) Span { return Span{Text: text} }
	own := func(text string) Span { return Span{Text: text, Own: true} }
	for message, want := range map[string]*Difference{
		`line 2: expected "1 3", got "1 2 3"`: {
			Where: "line 2", Expected: []Span{same(`"1 `), same(`3"`)}, Got: []Span{same(`"1 `), own("2 "), same(`3"`)}},
		`expected "a\"b", got the end of the output`: {Expected: []Span{same(`"a\"b"`)}, Got: []Span{same("the end of the output")}},
		`line 3: expected the end of the output, got "x"…`: {
			Where: "line 3", Expected: []Span{same("the end of the output")}, Got: []Span{same(`"x"…`)}},
		`before token 2 (line 1): expected the white space " ", got "\n"`: {
			Where: "before token 2 (line 1)", What: "the white space", Expected: []Span{same(`"`), own(" "), same(`"`)}, Got: []Span{same(`"`), own(`\n`), same(`"`)}},
		`expected a match of "^[0-9]+$", got "x"`: {What: "a match of", Expected: []Span{same(`"^[0-9]+$"`)}, Got: []Span{same(`"x"`)}},
		`token 1 (line 1): expected "1.5", got "2.5" (within 1e-06 absolute)`: {
			Where: "token 1 (line 1)", Expected: []Span{same(`"`), own("1"), same(`.5"`)}, Got: []Span{same(`"`), own("2"), same(`.5"`)}, Rest: "Within 1e-06 absolute."},
		"":                                    nil,
		"expected 3, got 4":                   nil,
		`expected "unfinished, got "x`:        nil,
		"the time limit of 10 s was exceeded": nil,
	} {
		if diff := cmp.Diff(want, parseDifference(message)); diff != "" {
			t.Errorf("%s: %s", message, diff)
		}
	}
}

// TestCrashIsNoComparison checks that the words of a crashed program are never shown as a comparison.
func TestCrashIsNoComparison(t *testing.T) {
	t.Parallel()
	const message = `exit status 1: expected "a", got "b"`
	for outcome, shown := range map[schema.Outcome]bool{schema.OutcomeCrashed: false, schema.OutcomeFailed: true} {
		got := NewTest(schema.TestResult{Name: "a", Outcome: outcome, Message: message}, course.Viewer{})
		if (got.Difference != nil) != shown || (got.Message == "") != shown {
			t.Errorf("%s: difference %v, message %q", outcome, got.Difference, got.Message)
		}
	}
}
