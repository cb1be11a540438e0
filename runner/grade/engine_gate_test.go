package grade_test

import (
	"context"
	"strings"
	"testing"

	"github.com/grader/grader/runner/grade"
	"github.com/grader/grader/schema"
)

// Whoever pushes tests that do not compile with their own solution reads the compiler's
// words in the push; a student reads only that it is not their doing.
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
