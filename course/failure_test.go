package course_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

func TestFailureText(t *testing.T) {
	t.Parallel()
	for message, want := range map[string]string{
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
	} {
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

// A team is one row of the class and one student of a failure; its members are counted one by one.
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
	if len(c.Failures) != 1 || c.Failures[0].Students != 1 {
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
