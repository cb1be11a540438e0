package grade_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/grader/grader/runner/sandbox"
	"github.com/grader/grader/schema"
)

// wrappers returns the ways in which tests start a program.
func wrappers() map[string]string {
	return map[string]string{
		"directly": "[./hit, %s]",
		"shell":    "./hit %s",
		"script":   "'./hit %s || exit $?'",
		"merged":   "'./hit %s 2>&1 || exit 1'",
		"make":     "make -s WHAT=%s",
		"python":   `[python3, -c, 'import subprocess, sys; sys.exit(subprocess.run(["./hit", sys.argv[1]]).returncode and 1)', %s]`,
	}
}

// TestLimitsAreNamedThroughWrappers checks that the message names the limit that ended a program, however it was started.
func TestLimitsAreNamedThroughWrappers(t *testing.T) {
	t.Parallel()
	need(t, "gcc", "make", "python3")
	source, err := os.ReadFile("testdata/limits.c")
	if err != nil {
		t.Fatal(err)
	}
	limits := map[string]struct {
		outcome schema.Outcome
		words   string
	}{
		"time":      {schema.OutcomeTimeLimit, "time limit of 500 ms exceeded: "},
		"wall":      {schema.OutcomeTimeLimit, "still running after 2 s"},
		"memory":    {schema.OutcomeMemoryLimit, "memory limit of 64 MiB exceeded"},
		"recursion": {schema.OutcomeMemoryLimit, "memory limit of 64 MiB exceeded"},
		"file":      {schema.OutcomeDiskLimit, "disk limit of 8 MiB exceeded"},
		"removed":   {schema.OutcomeDiskLimit, "disk limit of 8 MiB exceeded"},
		"files":     {schema.OutcomeDiskLimit, "disk limit of 8 MiB exceeded"},
		"output":    {schema.OutcomeOutputLimit, "output limit of 64 KiB exceeded"},
		"open":      {schema.OutcomeCrashed, "too many files are open; the limit is 1024 in one process"},
		"processes": {schema.OutcomeCrashed, "the limit is 16 processes and threads"},
	}
	var entries strings.Builder
	for what := range limits {
		for name, run := range wrappers() {
			fmt.Fprintf(&entries, "  - {name: %s %s, run: %s}\n", what, name, fmt.Sprintf(run, what))
		}
	}
	tests := files{
		"assignment.yaml": "title: T\nlimits: {time: 10s}\nbuild: [{run: gcc -O1 -o hit limits.c}]\ntests:\n" +
			strings.ReplaceAll(entries.String(), "}\n", ", time: 500ms, wall: 2s, memory: 64MiB, processes: 16, output: 64KiB, disk: 8MiB}\n"),
	}.write(t)
	for _, level := range []sandbox.Level{sandbox.LevelNamespace, sandbox.LevelUID} {
		t.Run(string(level), func(t *testing.T) {
			t.Parallel()
			if level == sandbox.LevelUID && os.Getuid() != 0 {
				t.Skip("level uid needs root")
			}
			r := gradeFiles(t, newGraderAt(t, level), tests, files{"limits.c": string(source), "Makefile": "all:\n\t./hit $(WHAT)\n"})
			for what, want := range limits {
				for name := range wrappers() {
					got := outcome(t, r, what+" "+name, want.outcome)
					if !strings.Contains(got.Message, want.words) {
						t.Errorf("%s %s: %q, want %q", what, name, got.Message, want.words)
					}
				}
			}
		})
	}
}

// TestLimitsAreNamedThroughCompilers runs compilers that reach a limit and ask for a bug report. The student must read which
// limit it was.
func TestLimitsAreNamedThroughCompilers(t *testing.T) {
	t.Parallel()
	need(t, "g++", "make")
	g := newGrader(t)
	const large = "char data[40000000] = {1};\nint main() { return data[1]; }\n"
	const deep = "template<int N> struct A : A<N - 1> { typename A<N - 1>::template B<N> b; template<int M> struct B { int x[M]; }; };\ntemplate<> struct A<0> { template<int M> struct B { int x[M]; }; };\nint main() { return sizeof(A<20000>); }\n"
	for name, c := range map[string]struct{ build, source, words string }{
		"disk":            {"{name: compile, run: g++ -c a.cc, disk: 4MiB}", large, "compile: disk limit of 4 MiB exceeded"},
		"disk, linking":   {"{name: compile, run: g++ -o a a.cc, disk: 8MiB}", large, "compile: disk limit of 8 MiB exceeded"},
		"disk, by make":   {"{name: compile, run: make CXXFLAGS= a.o, disk: 4MiB}", large, "compile: disk limit of 4 MiB exceeded"},
		"memory":          {"{name: compile, run: g++ -ftemplate-depth=30000 -c a.cc, memory: 64MiB}", deep, "compile: memory limit of 64 MiB exceeded"},
		"memory, by make": {"{name: compile, run: make CXXFLAGS=-ftemplate-depth=30000 a.o, memory: 64MiB}", deep, "compile: memory limit of 64 MiB exceeded"},
		"time":            {"{name: compile, run: g++ -ftemplate-depth=30000 -c a.cc, memory: 2GiB, time: 300ms}", deep, "compile: time limit of 300 ms exceeded"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tests := files{"assignment.yaml": "title: T\nbuild: [" + c.build + "]\ntests: [{name: t, run: 'true'}]\n"}.write(t)
			r := gradeFiles(t, g, tests, files{"a.cc": c.source})
			if r.Outcome != schema.OutcomeCompileError || !strings.Contains(r.Build.Message, c.words) {
				t.Errorf("%s: %q, want %q; %s", r.Outcome, r.Build.Message, c.words, r.Build.Output)
			}
			if strings.Contains(r.Build.Output, "bug report") || strings.Contains(r.Build.Output, "README.Bugs") {
				t.Errorf("output %s", r.Build.Output)
			}
		})
	}
}
