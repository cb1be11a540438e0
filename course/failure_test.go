package course_test

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// failureMessages returns texts of failures by messages.
func failureMessages() map[string]string {
	return map[string]string{
		`line 2: expected "1 3", got "1 2 3"`:            `line N: expected "N N", got "N N N"`,
		"\n\n  it   crashed\nlater":                      "it crashed",
		"free(): invalid pointer 0x7ffe12ab":             "free(): invalid pointer ADDRESS",
		"expected List@1b6d3586":                         "expected ListADDRESS",
		"cannot open /tmp/grader-17/a.txt: no such file": "cannot open PATH: no such file",
		"cannot open /var/tmp/x/y, and $TMPDIR/z":        "cannot open PATH, and PATH",
		"took 1.5e-3 s of -2":                            "took N s of N",
		"\x1b[31mred\x1b[m 3":                            "red N",
		"":                                               "",
		"expected src/main/List.java":                    "expected src/main/List.java",
	}
}

func TestFailureText(t *testing.T) {
	t.Parallel()
	for message, want := range failureMessages() {
		if got := course.FailureText(message); got != want {
			t.Errorf("%q: %q, want %q", message, got, want)
		}
	}
	long := course.FailureText(string(make([]rune, 500)) + "é")
	if n := len([]rune(long)); n != 161 {
		t.Errorf("a long text has %d characters", n)
	}
}

func failed(name, test, message string) schema.CaseOutcome {
	return schema.CaseOutcome{Name: name, Test: test, Outcome: schema.OutcomeFailed, Message: message}
}

func TestFailures(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		of   schema.JobOutcomes
		want []string
	}{
		"passes and what did not run": {schema.JobOutcomes{Cases: []schema.CaseOutcome{{Outcome: schema.OutcomePassed}, {Outcome: schema.OutcomeNotRun}}}, nil},
		"cases that fail alike are one": {schema.JobOutcomes{Cases: []schema.CaseOutcome{
			failed("sums/1", "sums", "got 3"), failed("sums/2", "sums", "got 4"), failed("sums/3", "sums", "nothing"), failed("old", "", "got 5"),
		}}, []string{"sums: got N", "sums: nothing", "old: got N"}},
		"a crash without a message": {schema.JobOutcomes{Cases: []schema.CaseOutcome{{Name: "a", Outcome: schema.OutcomeCrashed, Signal: "SIGSEGV"}}}, []string{"a: SIGSEGV"}},
		"a limit without a message": {schema.JobOutcomes{Cases: []schema.CaseOutcome{{Name: "a", Outcome: schema.OutcomeTimeLimit}}}, []string{"a: time limit"}},
		"a build that failed": {schema.JobOutcomes{
			Build: &schema.BuildResult{Outcome: schema.OutcomeCompileError, Message: "exit status 1", Output: "cc list.c\nlist.c:4:2: \x1b[31merror:\x1b[m no ';'\nmore"},
			Cases: []schema.CaseOutcome{failed("a", "a", "not built")},
		}, []string{"build: list.c:N:N: error: no ';'"}},
		"a build that says nothing": {schema.JobOutcomes{Build: &schema.BuildResult{Outcome: schema.OutcomeCompileError, Message: "time limit"}}, []string{"build: time limit"}},
		"a build that passed":       {schema.JobOutcomes{Build: &schema.BuildResult{Outcome: schema.OutcomePassed, Output: "error: not really"}}, nil},
	} {
		var got []string
		keys := map[string]bool{}
		for _, f := range course.Failures(c.of) {
			got = append(got, f.Test+": "+f.Text)
			keys[f.Key] = true
		}
		if diff := cmp.Diff(c.want, got); diff != "" || len(keys) != len(got) {
			t.Errorf("%s: %d keys: %s", name, len(keys), diff)
		}
	}
}

// buildOutputs returns texts of failures by the original outputs of compilers.
func buildOutputs() map[string]string {
	return map[string]string{
		// Go's own errors do not contain the word error.
		"# example.com/list\n./list.go:3:27: undefined: sum\n./list.go:4:2: declared and not used: x\n":               "./list.go:N:N: undefined: sum",
		"# list\n./list.go:3:1: syntax error: unexpected }\n":                                                         "./list.go:N:N: syntax error: unexpected }",
		"vet: ./list.go:3:27: undefined: sum\n":                                                                       "vet: ./list.go:N:N: undefined: sum",
		"src/list.ts(3,5): error TS2304: Cannot find name 'x'.\n":                                                     "src/list.ts(N,N): error TSN: Cannot find name 'x'.",
		"List.cs(1,39): error CS0103: The name `y' does not exist\nCompilation failed: 1 error(s)\n":                  "List.cs(N,N): error CSN: The name `y' does not exist",
		"error[E0425]: cannot find value `y` in this scope\n --> a.rs:1:25\n":                                         "error[EN]: cannot find value `y` in this scope",
		"list.kt:3:5: error: unresolved reference: x\n":                                                               "list.kt:N:N: error: unresolved reference: x",
		"e: file:///tmp/x/list.kt:3:5 Unresolved reference: x\n":                                                      "e: file://PATH:N:N Unresolved reference: x",
		"[1 of 1] Compiling Main\n\nB.hs:1:14: error: Variable not in scope: foo\n":                                   "B.hs:N:N: error: Variable not in scope: foo",
		"B.hs:1:17: error:\n    • No instance for (Num String)\n  |\n":                                                "B.hs:N:N: error: • No instance for (Num String)",
		"B.hs:1:14: error: [GHC-88464]\n\n    Variable not in scope: foo\n":                                           "B.hs:N:N: error: [GHCN] Variable not in scope: foo",
		"A.java:1: error: cannot find symbol\nclass A { int x = y; }\n     ^\n  symbol:   variable y\n":               "A.java:N: error: cannot find symbol, symbol: variable y",
		"A.java:1: error: cannot find symbol\nA.java:2: error: ';' expected\n  symbol: class B\n":                     "A.java:N: error: cannot find symbol",
		"[ERROR] COMPILATION ERROR : \n[ERROR] /tmp/m/A.java:[3,5] cannot find symbol\n[ERROR]   symbol:   class B\n": "[ERROR] PATH:[N,N] cannot find symbol, symbol: class B",
		"File \"a.ml\", line 1, characters 8-9:\n1 | let x = y\n            ^\nError: Unbound value y\n":              "Error: Unbound value y",
		"a.f90:3:1:\n\n    3 | x = 1\n      | 1\nError: Symbol 'x' at (1) has no IMPLICIT type\n":                     "Error: Symbol 'x' at (N) has no IMPLICIT type",
		"luac: list.lua:1: unexpected symbol near '='\n":                                                              "luac: list.lua:N: unexpected symbol near '='",
		"list.rb:1: syntax error, unexpected end-of-input\n":                                                          "list.rb:N: syntax error, unexpected end-of-input",
		"list.c:3:5: warning: unused\nlist.c:9:2: error: no ';'\r\n":                                                  "list.c:N:N: error: no ';'",
		"ld: list.o: in function `main':\nlist.c:(.text+0x5): undefined reference to `f'\n":                           "list.c:(.text+ADDRESS): undefined reference to `f'",
		// No line contains an error: warnings and notes are not errors.
		"list.c:3:5: warning: unused\nlist.c:3:5: note: declared here\n": "exit status N",
		"make: *** No rule to make target 'list'.  Stop.\n":              "exit status N",
	}
}

// TestBuildFailureNamesTheError uses the original outputs of compilers.
func TestBuildFailureNamesTheError(t *testing.T) {
	t.Parallel()
	for output, want := range buildOutputs() {
		got := course.Failures(schema.JobOutcomes{Build: &schema.BuildResult{Outcome: schema.OutcomeCompileError, Message: "exit status 1", Output: output}})
		if len(got) != 1 || got[0].Text != want || got[0].Unclear != (want == "exit status N") {
			t.Errorf("%q:\n got %+v\nwant %q", output, got, want)
		}
	}
}

// TestUnclearBuildsAreNotStuck has builds whose output names no known error. They may fail for
// different reasons each time.
func TestUnclearBuildsAreNotStuck(t *testing.T) {
	t.Parallel()
	build := func(output, message string) []course.Failure {
		return course.Failures(schema.JobOutcomes{Build: &schema.BuildResult{Outcome: schema.OutcomeCompileError, Message: message, Output: output}})
	}
	unclear, silent := build("make: *** nothing to do", "exit status 2"), build(" \n", "time limit")
	if on, n, is := course.StuckOn([][]course.Failure{unclear, unclear, unclear, unclear}); is {
		t.Errorf("stuck on %v, %d in a row", on, n)
	}
	if on, n, is := course.StuckOn([][]course.Failure{silent, silent, silent, silent}); !is || on.Text != "time limit" || n != 4 {
		t.Errorf("a build that prints nothing and times out: %v, %d, %v", on, n, is)
	}
}

// TestManyFailures has a result with many different failures. They are truncated, and the cases are
// compared in linear time.
func TestManyFailures(t *testing.T) {
	t.Parallel()
	word := func(i int) string {
		return string(rune('a'+i/676%26)) + string(rune('a'+i/26%26)) + string(rune('a'+i%26))
	}
	var of schema.JobOutcomes
	for i := range 1000 {
		of.Cases = append(of.Cases, failed("a", "a", word(i)+strings.Repeat(" x", 5000)))
	}
	got := course.Failures(of)
	if len(got) != 200 || !strings.HasPrefix(got[199].Text, word(199)) || got[0] == got[1] {
		t.Errorf("%d failures, the last one %+v", len(got), got[len(got)-1])
	}
	if on, n, is := course.StuckOn([][]course.Failure{got, got[150:], got[100:], got[190:]}); !is || n != 4 || on != got[190] {
		t.Errorf("stuck on %+v, %d", on, n)
	}
}

func TestStuckOn(t *testing.T) {
	t.Parallel()
	a := course.Failures(schema.JobOutcomes{Cases: []schema.CaseOutcome{failed("a", "a", "x")}})
	b := course.Failures(schema.JobOutcomes{Cases: []schema.CaseOutcome{failed("b", "b", "y")}})
	ab := append(append([]course.Failure{}, a...), b...)
	for name, c := range map[string]struct {
		latest [][]course.Failure
		on     string
		pushes int
	}{
		"nothing pushed":                  {nil, "", 0},
		"three are not enough":            {[][]course.Failure{a, a, a}, "", 0},
		"four in a row":                   {[][]course.Failure{a, a, a, a}, "a", 4},
		"the longest row of two":          {[][]course.Failure{ab, ab, ab, ab, b}, "b", 5},
		"it passed in between":            {[][]course.Failure{a, a, nil, a, a}, "", 0},
		"another failure each time":       {[][]course.Failure{a, b, a, b, a}, "", 0},
		"the newest submission passes":    {[][]course.Failure{nil, a, a, a, a}, "", 0},
		"what was before does not matter": {[][]course.Failure{a, a, a, a, nil, a}, "a", 4},
	} {
		on, pushes, is := course.StuckOn(c.latest)
		if is != (c.pushes > 0) || is && (on.Test != c.on || pushes != c.pushes) {
			t.Errorf("%s: %v, %d, %v", name, on, pushes, is)
		}
	}
}

// TestSectionsOfATeam checks that a team's row names each section of its members once.
func TestSectionsOfATeam(t *testing.T) {
	t.Parallel()
	var rows []schema.ClassRow
	for i, section := range []string{"Lab 1", "Lab 2", "Lab 1", "", "Lab 2"} {
		r := classRow(string(rune('a'+i)), 1)
		r.Grade.Owner, r.Section = "reds", section
		rows = append(rows, r)
	}
	c := course.NewClass(rows, nil, nil, course.ClassQuery{Teams: true, Size: 9})
	if len(c.Students) != 1 || c.Students[0].Section != "Lab 1, Lab 2" || len(c.Students[0].Members) != 5 {
		t.Errorf("rows %+v", c.Students)
	}
	if c.Found != (course.ClassRows{Teams: 1}) {
		t.Errorf("found %+v", c.Found)
	}
}

// TestClassOfTeams checks that a team is one row of the class and one row of a failure. Its members
// are counted separately.
func TestClassOfTeams(t *testing.T) {
	t.Parallel()
	var rows []schema.ClassRow
	for _, login := range []string{"ann", "bob", "cyd"} {
		r := classRow(login, 3)
		r.Job, r.Section = 7, "Lab "+login[:1]
		r.Grade.Owner = "reds"
		if login == "cyd" {
			r.Grade.Owner, r.Job = "cyd", 8
		}
		rows = append(rows, r)
	}
	results := map[int64]course.ClassResult{7: {Failures: course.Failures(schema.JobOutcomes{Cases: []schema.CaseOutcome{failed("a", "a", "x 1")}})}}
	stuck := map[string]course.Stuck{"reds": {Failure: results[7].Failures[0], Pushes: 4}}
	c := course.NewClass(rows, results, stuck, course.ClassQuery{Teams: true, Size: 9})
	if diff := cmp.Diff([]string{"cyd", "reds"}, logins(c)); diff != "" || c.Enrolled != 3 || c.Counted != 3 {
		t.Errorf("%d enrolled, %d counted: %s", c.Enrolled, c.Counted, diff)
	}
	if reds := c.Students[1]; reds.Name != "Name of ann, Name of bob" || reds.Section != "Lab a, Lab b" || len(reds.Members) != 2 || reds.Stuck.Pushes != 4 {
		t.Errorf("the team: %+v", reds)
	}
	if len(c.Failures) != 1 || c.Failures[0].ClassRows != (course.ClassRows{Teams: 1}) {
		t.Errorf("failures: %+v", c.Failures)
	}
	for name, q := range map[string]course.ClassQuery{
		"found by a member": {Teams: true, Size: 9, Find: "name of bob"}, "found by a section": {Teams: true, Size: 9, Find: "lab b"},
		"found by the team": {Teams: true, Size: 9, Find: "reds"}, "who has a failure": {Teams: true, Size: 9, Failure: c.Failures[0].Key},
		"who is stuck": {Teams: true, Size: 9, Show: course.ClassStuck},
	} {
		if diff := cmp.Diff([]string{"reds"}, logins(course.NewClass(rows, results, stuck, q))); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	if diff := cmp.Diff([]string{"ann", "bob", "cyd"}, logins(course.NewClass(rows, results, stuck, course.ClassQuery{Size: 9, Failure: "unknown"}))); diff != "" {
		t.Errorf("without teams: %s", diff)
	}
}

// TestResultRulesHaveVersion compares what NewClassResult derives from the texts of these tests with a digest for the
// current version of the rules.
func TestResultRulesHaveVersion(t *testing.T) {
	t.Parallel()
	build := func(outcome schema.Outcome, output, message string) schema.JobOutcomes {
		return schema.JobOutcomes{Build: &schema.BuildResult{Outcome: outcome, Output: output, Message: message}}
	}
	var all []schema.JobOutcomes
	for _, output := range slices.Sorted(maps.Keys(buildOutputs())) {
		all = append(all, build(schema.OutcomeCompileError, output, "exit status 1"))
	}
	all = append(all, build(schema.OutcomeCompileError, " \n", "time limit"), build(schema.OutcomePassed, "a.c:1:1: error: x", ""))
	messages := append(slices.Sorted(maps.Keys(failureMessages())),
		strings.Repeat("ж", 159), strings.Repeat("ж", 160), strings.Repeat("ж", 161), strings.Repeat("word ", 60),
		"tab\there", "back\b\bspace", "over\rwritten", "bell\a", "\x1b]0;title\atext", "\x1b[1;31mred\x1b[0m", "\u202eleft", "bad \xff byte", "\u00a0 wide", "e\u0301", "zero\u200bwidth", "nul\x00", "\x9b31mC1")
	for _, message := range messages {
		all = append(all, schema.JobOutcomes{Cases: []schema.CaseOutcome{failed("a/1", "a", message)}})
	}
	var many schema.JobOutcomes
	for i := range 201 {
		many.Cases = append(many.Cases, failed("a", "a", strings.Repeat("x", i+1)), failed("a", strings.Repeat("b", i+1), "same"))
	}
	many.Cases = append(many.Cases, schema.CaseOutcome{Name: "old", Outcome: schema.OutcomePassed, Score: schema.NewPoints(1, 3), MaxScore: schema.NewPoints(1, 2)},
		schema.CaseOutcome{Name: "c", Test: "c", Outcome: schema.OutcomeCrashed, Signal: "SIGSEGV"}, schema.CaseOutcome{Name: "l", Outcome: schema.OutcomeTimeLimit}, schema.CaseOutcome{Name: "n", Outcome: schema.OutcomeNotRun})
	var text strings.Builder
	for _, of := range append(all, many) {
		r := course.NewClassResult(of)
		for _, c := range r.Cells {
			fmt.Fprintf(&text, "%q %d %d %s %s %v\n", c.Test, c.Passed, c.Cases, c.Score, c.Max, c.Run)
		}
		for _, f := range r.Failures {
			fmt.Fprintf(&text, "%q %q %q %v\n", f.Key, f.Test, f.Text, f.Unclear)
		}
	}
	const rules, want = 1, "ce539fd69ba9aafe"
	if got := fmt.Sprintf("%x", sha256.Sum256([]byte(text.String())))[:16]; course.ResultRules != rules || got != want {
		t.Errorf("results have digest %s with rules %d, want %s with %d: if the rules have changed, increase course.ResultRules, and change this test; if only its texts have changed, change the digest",
			got, course.ResultRules, want, rules)
	}
}
