package grade_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/grader/grader/schema"
)

// cases is an assignment with one family, whose program prints its input and leaves files next to it.
func cases(n int, keys string) files {
	f := files{"assignment.yaml": "title: T\ntests:\n  - {name: copy, run: [sh, prog.sh], cases: \"c/*.in\"" + keys + "}\n"}
	for i := range n {
		name := "c/" + string(rune('a'+i))
		f[name+".in"], f[name+".out"] = name+"\n", name+"\n"
	}
	return f
}

// TestJobLeavesNothingInItsPlaces checks that a job leaves at most two places, both empty, for the
// next job. Places are made ahead and emptied in the background.
func TestJobLeavesNothingInItsPlaces(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		n       int
		keys    string
		program string
		want    schema.Outcome // of the last case
	}{
		"one case":                       {1, "", "cat", schema.OutcomePassed},
		"all cases pass":                 {7, "", "ls; cat; touch left", schema.OutcomeFailed},
		"the first failure stops others": {7, ", stop: true", "exit 1", schema.OutcomeNotRun},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := wallDir(t)
			g := newGraderIn(t, dir, "")
			before := len(entriesOf(t, dir))
			r := gradeFiles(t, g, cases(c.n, c.keys).write(t), files{"prog.sh": c.program + "\n", "data": "x"})
			if len(r.Tests) != c.n || r.Tests[c.n-1].Outcome != c.want {
				t.Errorf("%d results, the last %+v", len(r.Tests), r.Tests[len(r.Tests)-1])
			}
			if kept := len(entriesOf(t, dir)) - before; kept > 2 {
				t.Errorf("%d places are left", kept)
			}
			left, err := filepath.Glob(filepath.Join(dir, "*", "*", "*"))
			if err != nil || len(left) > 0 {
				t.Errorf("left: %v, %v", left, err)
			}
		})
	}
}

// entriesOf lists a directory.
func entriesOf(t *testing.T, dir string) (list []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		list = append(list, e.Name())
	}
	return list
}

// TestPlacesAreRemovedBeforeTheEndIsChosen checks that the end of the job does not show how long it
// took to remove what hidden tests left.
func TestPlacesAreRemovedBeforeTheEndIsChosen(t *testing.T) {
	t.Parallel()
	dir := wallDir(t)
	g := newGraderIn(t, dir, "")
	paused := false
	g.Pause = func(context.Context, time.Duration) {
		paused = true
		left, err := filepath.Glob(filepath.Join(dir, "*", "work", "left-*"))
		if err != nil || len(left) > 0 {
			t.Errorf("%d files of hidden tests are left, %v", len(left), err)
		}
	}
	program := "i=0; while [ $i -lt 2000 ]; do : >left-$i; i=$((i+1)); done; cat\n"
	job := graded(cases(4, ", visible: never").write(t), files{"prog.sh": program}.write(t))
	job.Conceal = true
	if mustGrade(t, g, job); !paused {
		t.Error("the end was not chosen")
	}
}

// TestCasesBeginAlike checks that every case begins with the files that were pushed, whatever the
// previous case did to them.
func TestCasesBeginAlike(t *testing.T) {
	t.Parallel()
	program := "test \"$(cat data)\" = x && test ! -e left || echo changed\ncat\necho y >data\ntouch left\n"
	r := gradeFiles(t, newGrader(t), cases(9, "").write(t), files{"prog.sh": program, "data": "x\n"})
	for _, test := range r.Tests {
		if test.Outcome != schema.OutcomePassed {
			t.Errorf("%s: %s %s %s", test.Name, test.Outcome, test.Message, test.Output)
		}
	}
}

// TestPassesOfSeveralCases checks cases whose passes need more places than are made ahead.
func TestPassesOfSeveralCases(t *testing.T) {
	t.Parallel()
	need(t, "sh", "grep")
	tests := files{
		"assignment.yaml": "title: T\ntests: [{name: t, run: 'sh prog.sh', cases: io/*.in, checker: [sh, check.sh], passes: 2}]\n", "check.sh": twice,
		"io/1.in": "question\n", "io/1.ans": "", "io/2.in": "question\n", "io/2.ans": "", "io/3.in": "question\n", "io/3.ans": "",
	}
	r := gradeFiles(t, newGrader(t), tests.write(t), files{"prog.sh": "read w; echo got-$w\n"})
	for _, name := range []string{"t/1", "t/2", "t/3"} {
		if got := outcome(t, r, name, schema.OutcomePassed); got.Message != "got-question got-again" {
			t.Errorf("%s: %q", name, got.Message)
		}
	}
}
