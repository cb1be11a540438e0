package grade_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/runner/grade"
	"github.com/grader/grader/schema"
)

// odd is an assignment with many rarely used features.
var odd = files{
	"assignment.yaml": `
title: Odd
starter: starter/
files: {locked: ["run.sh"]}
limits: {time: 2s, wall: 10s, job: 8s}
tests:
  - {name: by status, run: [./prog, status], points: 1}
  - {name: status three, run: [./prog, three], exit: 3}
  - {name: status three as well, run: "./prog three", exit: 0}
  - {name: any status, run: [./prog, three], exit: any, stdout: three}
  - {name: no such program, run: [./missing]}
  - {name: not executable, run: [./data.txt]}
  - {name: locked, run: "sh run.sh", stdout: locked}
  - {name: never counted, run: [./prog, fail], visible: never}
  - {name: family, run: ./prog arguments, cases: "io/*.in", points: 5}
  - {name: writes beside itself, run: "echo changed > data.txt; cat data.txt", stdout: changed}
  - {name: and that is gone, run: "cat data.txt", stdout: data}
`,
	"io/1.in": "", "io/1.out": "a b|c\n", "io/1.yaml": "args: [a b, c]\npoints: 3\nhint: one\n",
	"io/2.in": "", "io/2.out": "nothing\n",
	"io/10.in": "", "io/10.out": "\n",
	"starter/run.sh": "echo locked\n", "starter/prog": "not locked\n",
}

const oddProgram = `#!/bin/sh
case $1 in
status) exit 0;;
three) echo three; exit 3;;
arguments) shift; IFS='|'; echo "$*";;
*) exit 1;;
esac
`

func TestRareFeatures(t *testing.T) {
	t.Parallel()
	g := newGrader(t)
	var seen recorder
	job := grade.Job{
		Kind: schema.JobGrade, Tests: odd.write(t),
		Submission: files{"prog*": oddProgram, "data.txt": "data\n", "run.sh": "echo mine\n", ".git/config": "x"}.write(t),
		Provenance: schema.Provenance{Submission: "3f9a", Tests: "77c0", Flavour: "standard", Grader: "v0", Attempt: 2},
	}
	r, err := g.Grade(context.Background(), job, &seen)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"by status=passed", "status three=passed", "status three as well=crashed", "any status=passed", "no such program=crashed", "not executable=crashed",
		"locked=passed", "never counted=crashed", "family/1=passed", "family/2=failed", "family/10=passed", "writes beside itself=passed", "and that is gone=passed",
	}
	if diff := cmp.Diff(want, names(r)); diff != "" {
		t.Error(diff)
	}
	points(t, r, "10", "14")
	told := slices.Clone(r.Tests) // hidden tests run last
	slices.SortStableFunc(told, func(a, b schema.TestResult) int { return strings.Compare(string(a.Visible), string(b.Visible)) })
	if diff := cmp.Diff(told, seen.tests); diff != "" {
		t.Errorf("the observer saw something else: %s", diff)
	}
	if got := byName(t, r, "status three as well"); got.ExitStatus != 3 || got.Message != "exit status 3" {
		t.Errorf("%+v", got)
	}
	if got := byName(t, r, "no such program"); got.ExitStatus != 127 || !strings.Contains(got.Message, "not found") || !strings.Contains(got.Output, "./missing") {
		t.Errorf("%+v", got)
	}
	p := r.Provenance
	if p.Submission != "3f9a" || p.Attempt != 2 || p.Wall != string(g.Wall.Level()) || p.Image != g.Image.ID {
		t.Errorf("provenance %+v", p)
	}
	if r.StartedAt.IsZero() || r.BuiltAt.Before(r.StartedAt) || r.FinishedAt.Before(r.BuiltAt) {
		t.Errorf("times %s, %s, %s", r.StartedAt, r.BuiltAt, r.FinishedAt)
	}
}

func TestJobLimit(t *testing.T) {
	t.Parallel()
	g := newGrader(t)
	tests := files{"assignment.yaml": "title: T\nlimits: {time: 5s, wall: 60s, job: 2s}\ntests:\n  - {name: one, run: 'true'}\n  - {name: two, run: sleep 50}\n  - {name: three, run: 'true'}\n"}.write(t)
	r := gradeFiles(t, g, tests, files{"a": ""})
	points(t, r, "1", "3")
	for _, name := range []string{"two", "three"} {
		if got := outcome(t, r, name, schema.OutcomeNotRun); !strings.Contains(got.Message, "limit of 2 s on the whole job") {
			t.Errorf("%s: %q", name, got.Message)
		}
	}
	if r.Outcome != schema.OutcomeGraded {
		t.Errorf("outcome %s", r.Outcome)
	}
}

func TestCancelledJobIsNoResult(t *testing.T) {
	t.Parallel()
	g := newGrader(t)
	tests := files{"assignment.yaml": "title: T\nlimits: {wall: 60s}\ntests:\n  - {name: two, run: sleep 50}\n"}.write(t)
	ctx, cancel := context.WithCancelCause(context.Background())
	stale := errors.New("stale")
	timer := time.AfterFunc(300*time.Millisecond, func() { cancel(stale) })
	defer timer.Stop()
	_, err := g.Grade(ctx, grade.Job{Kind: schema.JobGrade, Tests: tests, Submission: files{"a": ""}.write(t)}, nil)
	if !errors.Is(err, stale) {
		t.Errorf("%v", err)
	}
}

func TestMalformedAssignmentIsInvalid(t *testing.T) {
	t.Parallel()
	g := newGrader(t)
	tests := files{"assignment.yaml": "title: T\ntests: [{name: a, run: x, pionts: 3}]\n"}.write(t)
	_, err := g.Grade(context.Background(), grade.Job{Kind: schema.JobGrade, Tests: tests, Submission: t.TempDir()}, nil)
	if schema.CodeOf(err) != schema.CodeInvalid || !strings.Contains(err.Error(), "pionts") {
		t.Errorf("%v", err)
	}
}

func TestFlavourBoundsAStep(t *testing.T) {
	t.Parallel()
	need(t, "python3")
	g := newGrader(t)
	tests := files{"assignment.yaml": "title: T\nlimits: {time: 10s, memory: 512MiB}\ntests:\n  - {name: eats, run: [python3, a.py]}\n"}.write(t)
	r, err := g.Grade(context.Background(), grade.Job{
		Kind: schema.JobGrade, Tests: tests, Submission: files{"a.py": "x = bytearray(100 << 20)\nfor i in range(0, len(x), 4096): x[i] = 1\nimport time\ntime.sleep(0.3)\n"}.write(t),
		Flavour: &schema.Flavour{Name: "small", CPU: 0.5, Memory: 64 << 20, Processes: 16, Scratch: 16 << 20},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	outcome(t, r, "eats", schema.OutcomeMemoryLimit)
}
