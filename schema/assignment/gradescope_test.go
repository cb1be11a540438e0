package assignment_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

func TestGradescopeTest(t *testing.T) {
	t.Parallel()
	spec := read(t, "title: A1\nlimits: {memory: 64MiB}\ntests: [{name: a, gradescope: ag/x, points: 20, wall: 20m, hint: h}]\n", assignment.Context{})
	got := spec.Tests[0]
	if got.Kind != assignment.KindGradescope || got.Gradescope != "ag/x/" || !got.Kind.InProcess() || !got.Points.Total.Equal(schema.NewPoints(20, 1)) {
		t.Errorf("%+v", got)
	}
	want := assignment.Limits{CPU: 10 * time.Minute, Wall: 20 * time.Minute, Memory: 768 << 20, Processes: 256, Output: 8 << 20, Disk: 512 << 20}
	if diff := cmp.Diff(want, got.Limits); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestGradescopeDirectory(t *testing.T) {
	t.Parallel()
	const source = "title: A1\nsolution: ag/solution\ntests: [{name: a, gradescope: DIR, points: 20}]\n"
	for dir, want := range map[string]string{
		"grader":      "",
		"other":       `assignment.yaml:3:31: gradescope "other/" has no run_autograder, the program that runs the autograder; add "other/run_autograder", or correct the path`,
		"ag":          `assignment.yaml:3:31: gradescope "ag/" and "ag/solution/" lie within each other; move one of them`,
		"ag/solution": `assignment.yaml:3:31: gradescope "ag/solution/" has no run_autograder, the program that runs the autograder; add "ag/solution/run_autograder", or correct the path` + "\n" + `assignment.yaml:3:31: gradescope "ag/solution/" and "ag/solution/" lie within each other; move one of them`,
	} {
		files := memory{"grader/run_autograder": "#!/bin/sh", "ag/run_autograder": "#!/bin/sh", "other/run_autograder2": "", "ag/solution/a": ""}
		_, err := assignment.Load(files.plus("assignment.yaml", strings.Replace(source, "DIR", dir, 1)), assignment.Context{})
		got := ""
		if err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%s: %s, want %s", dir, got, want)
		}
	}
}
