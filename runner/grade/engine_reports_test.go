package grade_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/runner/grade"
	"github.com/grader/grader/runner/sandbox"
	"github.com/grader/grader/schema"
)

// pinTwice pins an assignment in two runs, whose directories differ, and returns the names.
func pinTwice(t *testing.T, g *grade.Grader, tests string) []string {
	t.Helper()
	var runs [2]schema.Pins
	for i := range runs {
		var err error
		if runs[i], err = g.PinsOf(context.Background(), grade.Job{Tests: tests, Zone: time.UTC}); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(runs[0].Tests, runs[1].Tests); diff != "" {
		t.Errorf("two runs pin other names:\n%s", diff)
	}
	return runs[0].Tests["units"]
}

// TestReportNamesWithPaths checks case names that contain the directories' paths, which differ in every run.
func TestReportNamesWithPaths(t *testing.T) {
	t.Parallel()
	need(t, "sed")
	for _, level := range []sandbox.Level{sandbox.LevelNamespace, sandbox.LevelUID} {
		t.Run(string(level), func(t *testing.T) {
			g := newGraderAt(t, level)
			tests := files{
				"assignment.yaml": "title: T\nsolution: solution/\ntests:\n  - {name: units, needs: [report.sh], run: sh $NEEDS/report.sh, report: junit, points: 6}\n",
				"report.sh": `
dotted=$(echo "$NEEDS" | sed 's,^/,,; s,/,.,g')
mangled=$(echo "$NEEDS" | sed 's,/,_,g')
encoded=$(echo "$NEEDS" | sed 's,/,%2F,g')
backslashes=$(echo "$PWD" | sed 's,/,\\,g')
{
  echo '<testsuite tests="6">'
  for name in "$dotted.test_a" "$(basename "$(dirname "$NEEDS")").work.test_b" "a$mangled.txt" "$encoded%2Fa" "$backslashes\\a" "file://$NEEDS/a.js"; do
    printf '<testcase classname="c" name="%s"/>\n' "$name"
  done
  echo '</testsuite>'
} >"$REPORTS/r.xml"
`,
				"solution/a": "",
			}.write(t)
			names := pinTwice(t, g, tests)
			want := []string{"c.$NEEDS.test_a", "c.$NEEDS.test_b", "c.a_$NEEDS.txt", "c.$NEEDS%2Fa", `c.a`, "c.$NEEDS/a.js"}
			if diff := cmp.Diff(want, names); diff != "" {
				t.Error(diff)
			}
			r := gradeFiles(t, g, tests, files{"a": ""})
			points(t, r, "6", "6")
			for _, test := range r.Tests {
				if test.Tampering != "" {
					t.Errorf("%s: %s", test.Name, test.Tampering)
				}
			}
		})
	}
}

// TestPytestNamesWithoutLauncher starts pytest in the usual way. pytest then names classes by the
// path from the directory above the tests' and the submission's directories.
func TestPytestNamesWithoutLauncher(t *testing.T) {
	t.Parallel()
	need(t, "python3")
	g := newGrader(t)
	needVariable(t, g, "PYTEST")
	tests := files{
		"assignment.yaml": "title: T\nsolution: solution/\ntests:\n  - {name: units, needs: [test_a.py], report: junit, run: 'python3 -m pytest --junitxml=$REPORTS/r.xml $NEEDS/test_a.py'}\n",
		"test_a.py":       "import sys, os\nsys.path.insert(0, os.getcwd())\nimport a\nclass TestF:\n    def test_f(self): assert a.f(1) == 2\ndef test_g(): assert a.f(2) == 3\n",
		"solution/a.py":   "def f(x): return x + 1\n",
	}.write(t)
	if diff := cmp.Diff([]string{"$NEEDS.test_a.TestF.test_f", "$NEEDS.test_a.test_g"}, pinTwice(t, g, tests)); diff != "" {
		t.Error(diff)
	}
	points(t, gradeFiles(t, g, tests, files{"a.py": "def f(x): return x + 1\n"}), "1", "1")
}

// TestReportsBesideOtherXML puts other documents below $REPORTS, which must not count as evidence.
func TestReportsBesideOtherXML(t *testing.T) {
	t.Parallel()
	g := newGrader(t)
	tests := files{
		"assignment.yaml": "title: T\nsolution: solution/\ntests:\n  - {name: units, needs: [report.sh], run: sh $NEEDS/report.sh, report: junit, points: 1}\n",
		"report.sh":       "echo '<coverage><package name=\"a\"/></coverage>' >$REPORTS/coverage.xml; sh ./a >$REPORTS/r.xml\n",
		"solution/a":      "echo '<testsuite tests=\"1\"><testcase name=\"b\"/></testsuite>'\n",
	}.write(t)
	r := gradeFiles(t, g, tests, files{"a": "echo '<testsuite tests=\"1\"><testcase name=\"b\"/></testsuite>'\n"})
	points(t, r, "1", "1")
	if got := outcome(t, r, "units/b", schema.OutcomePassed); got.Tampering != "" {
		t.Error(got.Tampering)
	}
	r = gradeFiles(t, g, tests, files{"a": "echo '<testsuite tests=\"1\">'\n"})
	if got := outcome(t, r, "units/b", schema.OutcomeMissing); got.Tampering == "" {
		t.Error("a report that breaks off is not mentioned")
	}
}

// TestGoTestBuildFailure checks that a compile error of go test -json is shown as the compiler
// wrote it.
func TestGoTestBuildFailure(t *testing.T) {
	t.Parallel()
	g := newGrader(t)
	passes := `{"Action":"run","Package":"calc","Test":"TestAdd"}` + "\n" + `{"Action":"pass","Package":"calc","Test":"TestAdd"}` + "\n"
	fails := `{"Action":"build-output","Output":"./a_test.go:5:2: undefined: Add\n"}` + "\n" + `{"Action":"fail","Package":"calc"}` + "\n"
	tests := files{
		"assignment.yaml": "title: T\nsolution: solution/\ntests:\n  - {name: units, run: 'cat events; test $(wc -l <events) -eq 2 && grep -q pass events', report: go-test-json}\n",
		"solution/events": passes,
	}.write(t)
	r := gradeFiles(t, g, tests, files{"events": fails})
	if got := outcome(t, r, "units/calc.TestAdd", schema.OutcomeMissing); got.Output != "./a_test.go:5:2: undefined: Add" {
		t.Errorf("output %q", got.Output)
	}
}

// TestMissingCasesSayWhy checks that the cases that a printed report lacks are explained by the
// error that ended the process.
func TestMissingCasesSayWhy(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ spec, solution, broken, want string }{
		"go test -json": {
			"{name: units, run: 'cat main.txt; exit $(cat status.txt)', report: go-test-json}",
			`{"Action":"run","Package":"a","Test":"TestA"}` + "\n" + `{"Action":"pass","Package":"a","Test":"TestA"}` + "\n" + `{"Action":"pass","Package":"a"}` + "\n",
			`{"ImportPath":"a [a.test]","Action":"build-output","Output":"# a [a.test]\n"}` + "\n" +
				`{"ImportPath":"a [a.test]","Action":"build-output","Output":"./a.go:17:10: undefined: x\n"}` + "\n" + `{"Action":"fail","Package":"a"}` + "\n",
			"not reported: the program ended with exit status 1: undefined: x (a.go:17)",
		},
		"tap": {
			"{name: units, run: 'cat main.txt 2>&1; exit $(cat status.txt)', report: tap}",
			"1..1\nok 1 - TestA\n",
			"1..1\nTraceback (most recent call last):\n  File \"a.py\", line 3, in <module>\nValueError: 7\n",
			"not reported: the program ended with exit status 1: ValueError: 7 (a.py:3)",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tests := files{"assignment.yaml": "title: T\nsolution: solution/\ntests:\n  - " + test.spec + "\n", "solution/main.txt": test.solution, "solution/status.txt": "0"}
			r := gradeFiles(t, newGrader(t), tests.write(t), files{"main.txt": test.broken, "status.txt": "1"})
			got := r.Tests[0]
			if got.Outcome != schema.OutcomeMissing || got.Message != test.want {
				t.Errorf("%s: %q, want %q", got.Outcome, got.Message, test.want)
			}
		})
	}
}

// TestLineBufferedReport checks the advice for reports that a program prints: with stdbuf, the cases
// before a crash have their verdicts, and without it none has.
func TestLineBufferedReport(t *testing.T) {
	t.Parallel()
	need(t, "gcc")
	need(t, "stdbuf")
	const ok = "#include <stdio.h>\nint main(void) { puts(\"TAP version 13\\n1..2\\nok 1 - one\"); puts(\"ok 2 - two\"); return 0; }\n"
	for run, want := range map[string]string{"./units": "0", "stdbuf -oL ./units": "1"} {
		tests := files{
			"assignment.yaml":  "title: T\nsolution: solution/\nbuild:\n  - {run: gcc -o units units.c, memory: 512MiB, time: 20s}\ntests:\n  - {name: units, run: " + run + ", report: tap, points: 2}\n",
			"solution/units.c": ok,
		}.write(t)
		r := gradeFiles(t, newGrader(t), tests, files{"units.c": strings.Replace(ok, "puts(\"ok 2", "*(volatile int *)0 = 1; puts(\"ok 2", 1)})
		points(t, r, want, "2")
	}
}
