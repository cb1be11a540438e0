package grade_test

import (
	"context"
	"strings"
	"testing"

	"github.com/grader/grader/course"
	"github.com/grader/grader/runner/grade"
	"github.com/grader/grader/schema"
)

// TestGateShowsWhyTestsDoNotCompile pushes tests that do not compile with their own solution. The push shows the compiler's
// messages; a student reads only that it is not their fault.
func TestGateShowsWhyTestsDoNotCompile(t *testing.T) {
	t.Parallel()
	need(t, "gcc")
	g := newGrader(t)
	tests := files{
		"assignment.yaml": `
title: Broken
solution: solution/
build:
  - {run: "gcc -c add.c"}
tests:
  - name: units
    needs: [t.c]
    compile: "gcc -o $TEST_OUT/t $NEEDS/t.c $ARTEFACTS/add.o"
    run: $TEST_OUT/t
    report: tap
`,
		"t.c":            "int main(void) { return subtract(1, 2); }\n",
		"solution/add.c": "int add(int a, int b) { return a + b; }\n",
	}.write(t)
	r, err := g.Grade(context.Background(), grade.Job{Kind: schema.JobGate, Tests: tests}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if r.Gate == nil || r.Gate.Passed || !strings.Contains(r.Message, "units (grader-error, 0/0: compile: exit status 1") {
		t.Errorf("gate %+v, message %q", r.Gate, r.Message)
	}
	if got := byName(t, r, "units"); !strings.HasPrefix(got.Message, "compile: exit status 1") || !strings.Contains(got.Output, "subtract") {
		t.Errorf("the instructor reads %q, %q", got.Message, got.Output)
	}
	r = gradeFiles(t, g, tests, files{"add.c": "int add(int a, int b) { return a + b; }\n"})
	got := outcome(t, r, "units", schema.OutcomeGraderError)
	if r.Blame != schema.BlameGrader || !strings.Contains(got.Output, "subtract") || !strings.Contains(got.Message, "compile: exit status 1") {
		t.Errorf("staff read %q, %q", got.Message, got.Output)
	}
}

// TestPartsOfAGate runs each part of a gate: a run of the solution, some samples, or the starter. The cases in the reports of
// two runs can be compared.
func TestPartsOfAGate(t *testing.T) {
	t.Parallel()
	need(t, "sh", "od")
	g := newGrader(t)
	tests := files{
		"assignment.yaml": `
title: Parts
solution: solution/
starter: starter/
samples:
  - {dir: samples/none/, score: 0}
  - {dir: samples/wrong/, score: 2}
tests:
  - {name: there, run: "test -f a", points: 2}
  - {name: units, run: "echo 1..1; echo ok 1 - $(od -An -N8 -tx8 /dev/urandom)", report: tap, points: 0}
`,
		"solution/a": "", "starter/README": "", "samples/none/x": "", "samples/wrong/x": "",
	}.write(t)
	part := func(p schema.GatePart) schema.GateJob {
		t.Helper()
		r, err := g.Grade(context.Background(), grade.Job{Kind: schema.JobGate, Gate: p, Tests: tests}, nil)
		if err != nil {
			t.Fatal(err)
		}
		return schema.GateJob{Version: 1, Part: p, Result: &r}
	}
	first, second := part(schema.GatePart{Run: 1}), part(schema.GatePart{Run: 2})
	if r := first.Result; !r.Gate.Passed || r.Gate.Run != 1 || len(r.Gate.Samples) > 0 || r.Gate.Starter != nil || r.Score.String() != "2" {
		t.Errorf("a run of the solution: %s of %s, %+v", r.Score, r.MaxScore, r.Gate)
	}
	v := course.JudgeGate([]schema.GateJob{first, second}, nil)
	if v.Passed || len(v.Reasons) != 1 || !strings.Contains(v.Reasons[0], "units: the names of the cases differ in two gradings") {
		t.Errorf("two runs: passed %t, %q", v.Passed, v.Reasons)
	}
	samples := part(schema.GatePart{Samples: []string{"samples/wrong/"}}).Result
	if g := samples.Gate; g.Passed || len(g.Samples) != 1 || g.Samples[0].Fault() != "samples/wrong/ scores 0, expected 2: there (crashed, 0/2: exit status 1)" || len(g.Pins.Tests["units"]) != 1 || len(samples.Tests) > 0 {
		t.Errorf("a sample: %q, %+v", samples.Message, g)
	}
	starter := part(schema.GatePart{Starter: true}).Result.Gate
	if !starter.Passed || len(starter.Samples) > 0 || starter.Starter == nil || starter.Starter.Dir != "starter/" || starter.Starter.MaxScore.String() != "2" {
		t.Errorf("the starter: %+v", starter)
	}
	all := part(schema.GatePart{}).Result.Gate
	if all.Passed || len(all.Samples) != 2 || all.Starter == nil {
		t.Errorf("a whole gate: %+v", all)
	}
}

// TestGateRefusesTestsThatFailOnAStarter checks tests that fail themselves on a sample or a starter, as they would for
// students.
func TestGateRefusesTestsThatFailOnAStarter(t *testing.T) {
	t.Parallel()
	need(t, "sh")
	g := newGrader(t)
	tests := files{
		"assignment.yaml": "title: T\nsolution: solution/\nstarter: starter/\ntests: [{name: sum, run: 'true', checker: [./check.sh]}]\n",
		"check.sh*":       "#!/bin/sh\ncat >/dev/null\nexit 3\n", "solution/a": "", "starter/b": "",
	}.write(t)
	r, err := g.Grade(context.Background(), grade.Job{Kind: schema.JobGate, Gate: schema.GatePart{Starter: true}, Tests: tests}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if r.Gate.Passed || !strings.HasPrefix(r.Gate.Starter.Fault(), "starter/: the tests themselves fail on it: sum: ") {
		t.Errorf("passed %t, %+v", r.Gate.Passed, r.Gate.Starter)
	}
}
