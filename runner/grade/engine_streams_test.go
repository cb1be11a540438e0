package grade_test

import (
	"context"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/grader/grader/course"
	"github.com/grader/grader/runner/grade"
	"github.com/grader/grader/runner/sandbox"
	"github.com/grader/grader/schema"
)

// TestStreamsByName checks programs that open their own streams again by name: node's
// readFileSync("/dev/stdin"), freopen, tee /dev/stderr. The streams were once the runner's files,
// which the step's user could not open.
func TestStreamsByName(t *testing.T) {
	t.Parallel()
	need(t, "python3", "bash")
	tests := files{
		"assignment.yaml": `
title: T
limits: {time: 10s, memory: 256MiB, disk: 1MiB}
tests:
  - {name: text, run: "cat /dev/stdin", stdin: "x\n", stdout: "x\n"}
  - {name: file, run: "cat /proc/self/fd/0", stdin_file: in.txt, stdout: "x\n"}
  - {name: twice, run: "cat /dev/stdin /dev/stdin", stdin: "x\n", stdout: "x\nx\n"}
  - {name: nothing, run: "cat /dev/stdin; echo x", stdout: "x\n"}
  - {name: output, run: "echo x > /dev/stdout; echo y > /dev/stderr", stdout: "x\n"}
  - {name: tee, run: "echo x | tee /dev/stderr", stdout: "x\n"}
  - {name: substitution, run: [bash, -c, "cat <(echo x)"], stdout: "x\n"}
  - {name: large, run: "sleep 0.3; wc -c", stdin_file: large.txt, stdout: "3000000\n"}
  - name: driver
    run: "exec cat /dev/stdin > /dev/stdout"
    driver: [python3, driver.py]
`,
		"in.txt":    "x\n",
		"large.txt": strings.Repeat("0123456789", 300_000),
		"driver.py": "import sys\nprint('hello', flush=True)\nsys.exit(42 if input() == 'hello' else 43)\n",
	}.write(t)
	for _, level := range []sandbox.Level{sandbox.LevelNamespace, sandbox.LevelUID} {
		t.Run(string(level), func(t *testing.T) {
			if level == sandbox.LevelUID && os.Getuid() != 0 {
				t.Skip("level uid needs root")
			}
			r := gradeFiles(t, newGraderAt(t, level), tests, files{"a": ""})
			points(t, r, "9", "9")
		})
	}
}

// TestClosedOutputEndsTheStream checks that each of two programs that talk to each other notices
// when the other one closes its output and still runs. The other processes in a namespace once held
// the pipe open.
func TestClosedOutputEndsTheStream(t *testing.T) {
	t.Parallel()
	need(t, "python3")
	tests := files{
		"assignment.yaml": `
title: T
limits: {time: 10s, wall: 20s, memory: 256MiB}
tests:
  - {name: driver closes, run: [python3, sum.py], driver: [python3, closes.py]}
  - {name: program closes, run: [python3, sum.py, closes], driver: [python3, waits.py]}
`,
		"closes.py": "import os, sys\nos.write(1, b'1\\n2\\n3\\n')\nos.close(1)\nsys.exit(42 if sys.stdin.read().split() == ['6'] else 43)\n",
		"waits.py":  "import sys\nsaid = sys.stdin.read().split()\nprint(1, flush=True)\nsys.exit(42 if said == ['0'] else 43)\n",
	}.write(t)
	sum := `
import os, sys
if len(sys.argv) > 1:
    os.write(1, b"0\n")
    os.close(1)
    input()
else:
    print(sum(map(int, sys.stdin.read().split())))
`
	for _, level := range []sandbox.Level{sandbox.LevelNamespace, sandbox.LevelUID} {
		t.Run(string(level), func(t *testing.T) {
			if level == sandbox.LevelUID && os.Getuid() != 0 {
				t.Skip("level uid needs root")
			}
			points(t, gradeFiles(t, newGraderAt(t, level), tests, files{"sum.py": sum}), "2", "2")
		})
	}
}

// TestAddressSanitizer checks programs without memory errors under the address sanitizer. They once
// failed because its search for leaks needs ptrace.
func TestAddressSanitizer(t *testing.T) {
	t.Parallel()
	need(t, "gcc")
	tests := files{"assignment.yaml": "title: T\nlimits: {time: 10s, memory: 512MiB}\nbuild: [{run: 'gcc -fsanitize=address -g -o a a.c'}]\ntests:\n  - {name: t, run: ./a, stdout: \"ok\\n\"}\n"}.write(t)
	g := newGrader(t)
	program := "#include <stdio.h>\n#include <stdlib.h>\nint main(void) { char *p = malloc(3); p[%s] = 0; free(p); puts(\"ok\"); }\n"
	outcome(t, gradeFiles(t, g, tests, files{"a.c": strings.Replace(program, "%s", "2", 1)}), "t", schema.OutcomePassed)
	got := outcome(t, gradeFiles(t, g, tests, files{"a.c": strings.Replace(program, "%s", "3", 1)}), "t", schema.OutcomeCrashed)
	if !strings.Contains(got.Output, "heap-buffer-overflow") {
		t.Errorf("output %q", got.Output)
	}
}

// TestResultReportsFaultsOfTests checks that the result describes errors of the tests for staff; course.Redact hides them from
// students.
func TestResultReportsFaultsOfTests(t *testing.T) {
	t.Parallel()
	need(t, "sh")
	g := newGrader(t)
	for name, test := range map[string]struct {
		assignment, words string
	}{
		"no case":          {"tests: [{name: units, run: 'echo nothing', report: tap}]\n", "units: the reference solution reported no case"},
		"no program":       {"tests: [{name: units, run: 'true', checker: 'exit 3', stdin: x}]\n", "units: checker: exit status 3, expected 42 or 43"},
		"reference broken": {"build: [{run: 'cat right'}]\ntests: [{name: units, run: 'true', report: tap}]\n", "the reference solution does not build"},
	} {
		t.Run(name, func(t *testing.T) {
			tests := files{"assignment.yaml": "title: T\nsolution: solution/\n" + test.assignment, "solution/a": ""}.write(t)
			r, err := g.Grade(context.Background(), grade.Job{Kind: schema.JobGrade, Tests: tests, Submission: files{"right": ""}.write(t), Zone: time.UTC}, nil)
			if err != nil {
				t.Fatal(err)
			}
			if r.Outcome != schema.OutcomeGraderError || !strings.Contains(r.Message, test.words) {
				t.Errorf("%s, %q", r.Outcome, r.Message)
			}
			shown, _ := course.Redact(r, course.OwnedBy(course.Viewer{Login: "alice", Role: schema.RoleStudent}, "alice"))
			if all, err := json.Marshal(shown); err != nil || strings.Contains(string(all), test.words) {
				t.Errorf("a student reads %s, %v", all, err)
			}
		})
	}
}

// TestColorsStayInOutputs checks that colours stay in the outputs of a build and of a program, and
// that other escape sequences do not. A difference shows colours as escape sequences.
func TestColorsStayInOutputs(t *testing.T) {
	t.Parallel()
	tests := files{"assignment.yaml": `
title: T
build: [{run: "printf '\\033[31mred\\033[m\\033[K \\033[2Jcleared\\n'"}]
tests: [{name: a, run: "printf '\\033[1;32mok\\033[m\\n'", stdout: "ok\n"}]
`}.write(t)
	r := gradeFiles(t, newGrader(t), tests, files{"a": ""})
	if want := "\x1b[31mred\x1b[m �[2Jcleared"; r.Build.Output != want {
		t.Errorf("build: %q, want %q", r.Build.Output, want)
	}
	test := r.Tests[0]
	if want := "\x1b[1;32mok\x1b[m"; test.Output != want || test.Outcome != schema.OutcomeFailed || !strings.Contains(test.Message, `"\x1b[1;32mok\x1b[m"`) {
		t.Errorf("test: %s, %q, %q", test.Outcome, test.Output, test.Message)
	}
}
