package grade_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/grader/grader/runner/grade"
	"github.com/grader/grader/schema"
)

// TestHiddenTestsRunLastWithoutTimes checks that tests that students do not see run after all others,
// wherever they are listed, and that the end of the job does not show how long they take.
func TestHiddenTestsRunLastWithoutTimes(t *testing.T) {
	t.Parallel()
	need(t, "sh")
	g := newGrader(t)
	var pauses []time.Duration
	g.Pause = func(_ context.Context, d time.Duration) { pauses = append(pauses, d) }
	const mixed = `
title: T
solution: solution/
tests:
  - {name: a, run: 'true'}
  - {name: b, run: 'true', visible: never}
  - {name: c, run: 'true'}
  - {name: d, run: 'true', cases: io/*.in, visible: never, requires: [b]}
  - {name: e, run: 'true', requires: [c]}
`
	data := files{"solution/x": "", "io/1.in": "", "io/1.out": "", "io/2.in": "", "io/2.out": ""}
	with := func(assignment string) string {
		data["assignment.yaml"] = assignment
		return data.write(t)
	}
	open := "title: T\nsolution: solution/\ntests: [{name: a, run: 'true'}]\n"
	broken := "title: T\nbuild: [{run: 'false'}]\ntests: [{name: a, run: 'true'}, {name: b, run: 'true', visible: never}]\n"
	for _, c := range []struct {
		name   string
		job    grade.Job
		paused int
	}{
		{"a student's", grade.Job{Kind: schema.JobGrade, Tests: with(mixed), Conceal: true}, 1},
		{"a check", grade.Job{Kind: schema.JobGrade, Tests: with(mixed)}, 0},
		{"a gate", grade.Job{Kind: schema.JobGate, Tests: with(mixed)}, 0},
		{"nothing unseen", grade.Job{Kind: schema.JobGrade, Tests: with(open), Conceal: true}, 0},
		{"a build that failed", grade.Job{Kind: schema.JobGrade, Tests: with(broken), Conceal: true}, 0},
	} {
		pauses = nil
		var seen recorder
		if c.job.Kind == schema.JobGrade {
			c.job.Submission = files{"x": ""}.write(t)
		}
		r, err := g.Grade(t.Context(), c.job, &seen)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if len(pauses) != c.paused || c.paused > 0 && pauses[0] < 0 {
			t.Errorf("%s: paused %v", c.name, pauses)
		}
		if len(r.Tests) < 6 {
			continue
		}
		if want := []string{"a=passed", "b=passed", "c=passed", "d/1=passed", "d/2=passed", "e=passed"}; !slices.Equal(names(r), want) {
			t.Errorf("%s: the result lists %q, want %q", c.name, names(r), want)
		}
		if got, want := names(schema.Result{Tests: seen.tests}), []string{"a=passed", "c=passed", "e=passed", "b=passed", "d/1=passed", "d/2=passed"}; !slices.Equal(got, want) {
			t.Errorf("%s: told %q, want %q", c.name, got, want)
		}
	}
}

// TestTryRunsWhatStudentsSee checks that a try runs only the tests that are always visible, even if
// their preparation fails.
func TestTryRunsWhatStudentsSee(t *testing.T) {
	t.Parallel()
	need(t, "sh")
	g := newGrader(t)
	const mixed = `
title: T
prepare: [{run: PREPARE}]
tests:
  - {name: a, run: 'true', points: 2}
  - {name: b, run: 'touch b.ran', visible: never}
  - {name: c, run: 'echo c', visible: after_publish, points: 3}
  - {name: d, run: 'true', requires: [a], points: 4}
`
	for prepare, want := range map[string][]string{"true": {"a=passed", "d=passed"}, "false": {"a=not-run", "d=not-run"}} {
		var seen recorder
		tests := files{"assignment.yaml": strings.Replace(mixed, "PREPARE", "'"+prepare+"'", 1)}.write(t)
		r, err := g.Grade(t.Context(), grade.Job{Kind: schema.JobTry, Submission: files{"x": ""}.write(t), Tests: tests, Pins: &schema.Pins{}}, &seen)
		if err != nil {
			t.Fatal(err)
		}
		if got := names(r); !slices.Equal(got, want) {
			t.Errorf("prepare %s: %q, want %q", prepare, got, want)
		}
		if r.MaxScore.Cmp(schema.NewPoints(6, 1)) != 0 {
			t.Errorf("prepare %s: of %s points", prepare, r.MaxScore)
		}
	}
}
