package course_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// told returns all data that a viewer can read about a result: on pages and in commands, in
// scripts, and live.
func told(t *testing.T, r schema.Result, v course.Access) string {
	t.Helper()
	shown, hidden := course.Redact(r, v)
	ended, _ := course.RedactEvent(schema.Event{Kind: schema.EventEnded, At: r.FinishedAt, Result: &r}, v)
	s := submission()
	s.Result, s.Job.EndedAt = &r, r.FinishedAt
	text, err := json.MarshalIndent([]any{shown, hidden, ended, course.Report(s, v, time.UTC)}, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestHiddenTestTimesRevealNothing checks that the running time and memory of a program cannot
// reveal the input of a test that is never shown.
func TestHiddenTestTimesRevealNothing(t *testing.T) {
	t.Parallel()
	with := func(cpu, wall time.Duration, memory int64) schema.Result {
		r := *submission().Result
		r.Tests = append([]schema.TestResult{}, r.Tests...)
		last := &r.Tests[len(r.Tests)-1]
		last.CPU, last.Wall, last.Memory = cpu, wall, memory
		r.FinishedAt = r.BuiltAt.Add(12*time.Millisecond + wall)
		return r
	}
	short, long := with(time.Millisecond, 2*time.Millisecond, 1<<20), with(7*time.Second, 9300*time.Millisecond, 1<<30)
	if diff := cmp.Diff(told(t, short, student()), told(t, long, student())); diff != "" {
		t.Errorf("a student can tell them apart:\n%s", diff)
	}
	if told(t, short, staff()[0]) == told(t, long, staff()[0]) {
		t.Error("staff cannot tell them apart")
	}
}

func TestStudentsReadCoarseTimes(t *testing.T) {
	t.Parallel()
	const ms = time.Millisecond
	for measured, want := range map[time.Duration]time.Duration{
		0: 0, 1: 10 * ms, 10 * ms: 10 * ms, 11 * ms: 20 * ms, 999 * ms: 1000 * ms, 1001 * ms: 1100 * ms, 9901 * ms: 10 * time.Second, 61*time.Second + 1: 62 * time.Second,
	} {
		r := schema.Result{
			BuiltAt: moment(1), FinishedAt: moment(50),
			Tests: []schema.TestResult{{Name: "a", Visible: schema.VisibleAlways, CPU: measured, Wall: measured}},
		}
		got, _ := course.Redact(r, student())
		if got.Tests[0].CPU != want || got.Tests[0].Wall != want || r.Tests[0].CPU != measured {
			t.Errorf("%v reads as %v and %v, want %v", measured, got.Tests[0].CPU, got.Tests[0].Wall, want)
		}
		if exact, _ := course.Redact(r, staff()[0]); exact.Tests[0].CPU != measured || !exact.FinishedAt.Equal(moment(50)) {
			t.Errorf("staff reads %v of %v, ended %v", exact.Tests[0].CPU, measured, exact.FinishedAt)
		}
	}
}

// TestStudentsSeeEndOfVisibleTests includes submissions that were never built or never ran, which
// also have an end.
func TestStudentsSeeEndOfVisibleTests(t *testing.T) {
	t.Parallel()
	tests := []schema.TestResult{
		{Name: "a", Visible: schema.VisibleAlways, Wall: 1500 * time.Millisecond}, {Name: "b", Visible: schema.VisibleAlways, Wall: 600 * time.Millisecond},
		{Name: "c", Visible: schema.VisibleNever, Wall: time.Minute}, {Name: "d", Visible: schema.VisibleAfterDue, Wall: time.Minute},
	}
	for name, c := range map[string]struct {
		r    schema.Result
		want time.Time
	}{
		"built":         {schema.Result{StartedAt: moment(2), BuiltAt: moment(4), FinishedAt: moment(40), Tests: tests}, moment(7)},
		"not built":     {schema.Result{StartedAt: moment(2), FinishedAt: moment(40), Tests: tests[2:]}, moment(2)},
		"without times": {schema.Result{FinishedAt: moment(40)}, moment(40)},
	} {
		if got, _ := course.Redact(c.r, student()); !got.FinishedAt.Equal(c.want) {
			t.Errorf("%s: ended %s, want %s", name, got.FinishedAt, c.want)
		}
	}
	if text := report(t, submission(), student()); strings.Contains(text, "never") {
		t.Errorf("a student reads %s", text)
	}
}
