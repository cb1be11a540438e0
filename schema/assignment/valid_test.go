package assignment_test

import (
	"fmt"
	"io/fs"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// memory is a tests repository held in memory.
type memory map[string]string

func (m memory) List() ([]assignment.File, error) {
	var list []assignment.File
	for name, content := range m {
		list = append(list, assignment.File{Path: name, Mode: 0o644, Size: int64(len(content))})
	}
	return list, nil
}

func (m memory) Read(name string) ([]byte, error) {
	content, found := m[name]
	if !found {
		return nil, fmt.Errorf("read %s: %w", name, fs.ErrNotExist)
	}
	return []byte(content), nil
}

func toronto(t testing.TB) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("America/Toronto")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func context(t testing.TB) assignment.Context {
	return assignment.Context{
		Zone:    toronto(t),
		Flavour: "standard",
		Allows:  func(flavour string) bool { return flavour != "large" },
		Flavours: map[string]schema.Flavour{
			"standard": {Name: "standard", Memory: 1 << 30, Scratch: 128 << 20, Processes: 256},
			"small":    {Name: "small", Memory: 128 << 20, Scratch: 32 << 20, Processes: 32},
			"large":    {Name: "large", Memory: 8 << 30, Scratch: 1 << 30, Processes: 512},
		},
	}
}

// everything is an assignment that uses every supported key.
const everything = `title: "A1: Linked lists"
handout: handout.md                # Markdown
flavour: standard
release: 2026-09-14 09:00
due: 2026-09-28 23:59
submissions:
  counts: last
  max_size: 512KiB
  max_files: 50
files:
  required: ["src/*.java"]
  forbidden: ["*.class", "*.jar"]
  locked: ["Makefile"]
  allow: ["conftest.py"]
starter: starter/
solution: solution
samples:
  - {dir: samples/off-by-one/, score: 14.1}
  - {dir: starter/, score: 0}

limits: {time: 2s, memory: 512MiB, job: 1h}

prepare:
  - {run: "g++ -O2 -o $PREPARED/bank drivers/bank.cc"}
build:
  - {name: compile, run: "javac -proc:none -d out src/*.java", time: 60s}

tests:
  - name: greets
    run: [./hello]
    stdin: "world\n"
    stdout: |
      Hello, world!
    points: 2
  - name: arithmetic
    run: ./calc
    cases: io/*.in
    compare: tokens
    points: 10
    score: all
    requires: [greets]
    visible: always
    hint: "Mind the precedence of * over +."
  - name: many right answers
    run: ./paths
    cases: graph/**/*.in
    checker: [$PREPARED/check]
    flags: [-x]
  - name: talks to the bank
    run: ./client
    driver: [$PREPARED/bank, "--seed", "7"]
    flags: []
    points: 5
    time: 500ms
    wall: 3s
  - name: units
    needs: ["junit/**"]
    compile: "javac -proc:none -d $TEST_OUT $(find $NEEDS -name '*.java')"
    run: "java org.junit.platform.console.ConsoleLauncher --reports-dir $REPORTS"
    report: junit
    points: {default: 1, "Ring*": 3}
  - name: tidy
    needs: [style.xml]
    run: "checkstyle -c $NEEDS/style.xml -f sarif src"
    report: sarif
    penalty: {points: 0.5, per: finding, max: 5}
  - name: near
    run: ./near
    stdin_file: io/10.in
    stdout_file: near.txt
    compare: {float: {abs: 1e-9}}
    points: 1/3
  - name: pattern
    run: ./p
    compare: {regex: 'a+\n?'}
    exit: 3
  - name: leaves
    run: ./q
    exit: any
    visible: never
`

func everythingFiles() memory {
	return memory{
		"assignment.yaml": everything, "handout.md": "# A1", "starter/Makefile": "all:", "starter/src/A.java": "",
		"solution/src/A.java": "", "samples/off-by-one/src/A.java": "", "drivers/bank.cc": "",
		"io/2.in": "", "io/2.out": "", "io/10.in": "", "io/10.ans": "", "io/10.yaml": "args: [-n, \"3\"]\nhint: big\npoints: 4\ntime: 1m\n",
		"graph/a/1.in": "", "graph/a/1.ans": "", "graph/b/1.in": "", "graph/b/1.ans": "",
		"junit/RingTest.java": "", "style.xml": "", "near.txt": "",
	}
}

func TestAssignmentWithEveryKeyIsRead(t *testing.T) {
	t.Parallel()
	spec, err := assignment.Load(everythingFiles(), context(t))
	if err != nil {
		t.Fatal(err)
	}
	points := func(num, den int64) *schema.Points { p := schema.NewPoints(num, den); return &p }
	limits := assignment.Limits{CPU: 2 * time.Second, Memory: 512 << 20, Processes: 64, Output: 1 << 20, Disk: 64 << 20}
	with := func(change func(*assignment.Limits)) assignment.Limits { l := limits; change(&l); return l }
	three, tiny := 3, 1e-9
	lines := assignment.Compare{Mode: assignment.CompareLines}
	test := func(given assignment.Test) assignment.Test {
		if given.Compare.Mode == "" {
			given.Compare = lines
		}
		if given.Visible == "" {
			given.Visible = schema.VisibleAlways
		}
		if given.Score == "" {
			given.Score = assignment.ScoreSum
		}
		if given.Limits == (assignment.Limits{}) {
			given.Limits = limits
		}
		given.Compiler = limits
		return given
	}
	zone := toronto(t)
	want := &assignment.Spec{
		Title: "A1: Linked lists", Handout: "handout.md", Flavour: "standard",
		Release: time.Date(2026, 9, 14, 9, 0, 0, 0, zone), Due: time.Date(2026, 9, 29, 0, 0, 0, 0, zone), DueText: "2026-09-28 23:59",
		Counts: assignment.CountsLast, MaxSize: 512 << 10, MaxFiles: 50,
		Files:   assignment.FileRules{Required: []string{"src/*.java"}, Forbidden: []string{"*.class", "*.jar"}, Locked: []string{"Makefile"}, Allow: []string{"conftest.py"}},
		Starter: "starter/", Solution: "solution/",
		Samples: []assignment.Sample{{Dir: "samples/off-by-one/", Score: *points(141, 10)}, {Dir: "starter/"}},
		Limits:  limits, JobLimit: time.Hour,
		Prepare: []assignment.Step{{Run: assignment.Command{Shell: "g++ -O2 -o $PREPARED/bank drivers/bank.cc"}, Limits: with(func(l *assignment.Limits) { l.CPU = 5 * time.Minute })}},
		Build:   []assignment.Step{{Name: "compile", Run: assignment.Command{Shell: "javac -proc:none -d out src/*.java"}, Limits: with(func(l *assignment.Limits) { l.CPU = time.Minute })}},
		Tests: []assignment.Test{
			test(assignment.Test{Name: "greets", Kind: assignment.KindCompare, Run: assignment.Command{Argv: []string{"./hello"}}, Points: assignment.PointRule{Total: *points(2, 1)},
				Stdin: assignment.Input{Set: true, Text: "world\n"}, Stdout: assignment.Input{Set: true, Text: "Hello, world!\n"}}),
			test(assignment.Test{Name: "arithmetic", Kind: assignment.KindCompare, Run: assignment.Command{Shell: "./calc"}, Points: assignment.PointRule{Total: *points(10, 1)},
				CaseGlob: "io/*.in", Compare: assignment.Compare{Mode: assignment.CompareTokens}, Score: assignment.ScoreAll, Requires: []string{"greets"},
				Hint: "Mind the precedence of * over +.",
				Cases: []assignment.Case{
					{Name: "2", Input: "io/2.in", Answer: "io/2.out", Limits: limits},
					{Name: "10", Input: "io/10.in", Answer: "io/10.ans", Args: []string{"-n", "3"}, Hint: "big", Points: points(4, 1), Limits: with(func(l *assignment.Limits) { l.CPU = time.Minute })},
				}}),
			test(assignment.Test{Name: "many right answers", Kind: assignment.KindChecker, Run: assignment.Command{Shell: "./paths"}, Points: assignment.PointRule{Total: *points(1, 1)},
				CaseGlob: "graph/**/*.in", Checker: assignment.Command{Argv: []string{"$PREPARED/check"}}, Flags: []string{"-x"},
				Cases: []assignment.Case{
					{Name: "a/1", Input: "graph/a/1.in", Answer: "graph/a/1.ans", Limits: limits},
					{Name: "b/1", Input: "graph/b/1.in", Answer: "graph/b/1.ans", Limits: limits},
				}}),
			test(assignment.Test{Name: "talks to the bank", Kind: assignment.KindDriver, Run: assignment.Command{Shell: "./client"}, Points: assignment.PointRule{Total: *points(5, 1)},
				Driver: assignment.Command{Argv: []string{"$PREPARED/bank", "--seed", "7"}},
				Limits: with(func(l *assignment.Limits) { l.CPU, l.Wall = 500*time.Millisecond, 3*time.Second })}),
			test(assignment.Test{Name: "units", Kind: assignment.KindReport, Needs: []string{"junit/**"},
				Compile: assignment.Command{Shell: "javac -proc:none -d $TEST_OUT $(find $NEEDS -name '*.java')"},
				Run:     assignment.Command{Shell: "java org.junit.platform.console.ConsoleLauncher --reports-dir $REPORTS"},
				Report:  assignment.ReportJUnit, Points: assignment.PointRule{Default: points(1, 1), ByPattern: map[string]schema.Points{"Ring*": *points(3, 1)}}}),
			test(assignment.Test{Name: "tidy", Kind: assignment.KindFindings, Needs: []string{"style.xml"}, Run: assignment.Command{Shell: "checkstyle -c $NEEDS/style.xml -f sarif src"},
				Report: assignment.ReportSARIF, Penalty: &assignment.Penalty{Points: *points(1, 2), Max: *points(5, 1)}}),
			test(assignment.Test{Name: "near", Kind: assignment.KindCompare, Run: assignment.Command{Shell: "./near"}, Stdin: assignment.Input{Set: true, File: "io/10.in"}, Stdout: assignment.Input{Set: true, File: "near.txt"},
				Compare: assignment.Compare{Mode: assignment.CompareFloat, Abs: &tiny}, Points: assignment.PointRule{Total: *points(1, 3)}}),
			test(assignment.Test{Name: "pattern", Kind: assignment.KindCompare, Run: assignment.Command{Shell: "./p"}, Exit: &three, Points: assignment.PointRule{Total: *points(1, 1)},
				Compare: assignment.Compare{Mode: assignment.CompareRegex, Regex: `a+\n?`}}),
			test(assignment.Test{Name: "leaves", Kind: assignment.KindExit, Run: assignment.Command{Shell: "./q"}, AnyExit: true, Visible: schema.VisibleNever, Points: assignment.PointRule{Total: *points(1, 1)}}),
		},
	}
	if diff := cmp.Diff(want, spec); diff != "" {
		t.Errorf("the assignment reads as (-want +got):\n%s", diff)
	}
}
