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

func TestGradescopeSetup(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		test, want string
		setup      bool
	}{
		"setup":              {"gradescope: a, points: 20, setup: true", "", true},
		"no setup":           {"gradescope: b, points: 20, setup: false", "", false},
		"left out":           {"gradescope: a, points: 20", "", false},
		"no setup.sh":        {"gradescope: b, points: 20, setup: true", `assignment.yaml:2:53: gradescope "b/" has no setup.sh, but setup: true runs it; add "b/setup.sh", or leave setup out`, false},
		"without gradescope": {"run: ./x, stdout: x, setup: true", "assignment.yaml:2:40: setup: true runs the setup.sh of a Gradescope autograder, but this test has no gradescope; remove setup", false},
		"a word":             {"gradescope: a, points: 20, setup: maybe", `assignment.yaml:2:53: setup must be true or false, not text ("maybe")`, false},
	} {
		files := memory{"a/run_autograder": "#!/bin/sh", "a/setup.sh": "", "b/run_autograder": "#!/bin/sh"}
		spec, err := assignment.Load(files.plus("assignment.yaml", "title: A1\ntests: [{name: a, "+c.test+"}]\n"), assignment.Context{})
		got := ""
		if err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
		if err == nil && spec.Tests[0].Setup != c.setup {
			t.Errorf("%s: setup %t", name, spec.Tests[0].Setup)
		}
	}
}
