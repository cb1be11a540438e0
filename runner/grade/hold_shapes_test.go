package grade

import (
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/runner/grade/report"
	"github.com/grader/grader/runner/sandbox"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// TestHoldShapesOfFailures checks reports of failures, whose form differs from that of successes. None is reported to staff,
// and the student reads what failed.
func TestHoldShapesOfFailures(t *testing.T) {
	t.Parallel()
	pass := func(name string) report.Case { return report.Case{Name: name, Verdict: report.Passed} }
	fail := func(name, message string) report.Case {
		return report.Case{Name: name, Verdict: report.Failed, Message: message}
	}
	skip := func(name, message string) report.Case {
		return report.Case{Name: name, Verdict: report.Skipped, Message: message}
	}
	said := func(c report.Case, output string) report.Case { c.Output = output; return c }
	exit := func(status int) (sandbox.Result, ending) {
		return sandbox.Result{Exit: status}, ending{outcome: schema.OutcomeCrashed, exit: status, message: "exit status 1"}
	}
	read := func(status int, cases ...report.Case) reading {
		g := reading{cases: cases, files: 1, documents: []string{"r.xml"}, written: map[string]int{"r.xml": 1}}
		if status != 0 {
			g.run, g.end = exit(status)
		}
		return g
	}
	signed := schema.ReportTrace{Attested: true}
	sign := func(g reading, passed int) reading { g.signed, g.seal = true, signature{Passed: passed}; return g }
	files := schema.ReportTrace{Files: map[string]int{"r.xml": 1}}
	for _, test := range []struct {
		name  string
		pins  []string
		trace schema.ReportTrace
		got   reading
		want  []string
	}{
		{"the case and its clean-up fail", []string{"t.a", "t.b"}, signed,
			sign(read(1, fail("t.a", "assert 1 == 6"), fail("t.a", "failed on teardown"), pass("t.b")), 1),
			[]string{"units/t.a failed 0/3: assert 1 == 6\nfailed on teardown", "units/t.b passed 3/3"}},
		{"two cases of one name fail, and one of them twice", []string{"a", "a#2"}, files,
			read(1, fail("a", "x"), fail("a", "x clean-up"), fail("a", "y")),
			[]string{"units/a failed 0/3: x\ny", "units/a#2 failed 0/3: x clean-up"}},
		{"a subtest fails under a name of its own", []string{"t.sub", "t.subtle"}, files,
			read(1, fail("t.sub (i=0)", "0 != 1"), pass("t.subtle")),
			[]string{"units/t.sub failed 0/3: (i=0): 0 != 1", "units/t.subtle passed 3/3"}},
		{"a module cannot be imported", []string{"units.test_a.one", "units.test_a.two"}, signed,
			sign(read(2, said(fail("pytest.units.test_a", "collection failure"), "units/test_a.py:1: in <module>\n    from double import double\ndouble.py:3: in <module>\n    import nothing\nE   ModuleNotFoundError: No module named 'nothing'\n")), 0),
			[]string{
				"units/units.test_a.one missing 0/3: not run: units.test_a: collection failure: ModuleNotFoundError: No module named 'nothing' (double.py:3)",
				"units/units.test_a.two missing 0/3: not run: units.test_a: collection failure: ModuleNotFoundError: No module named 'nothing' (double.py:3)",
			}},
		{"and so others are not run either", []string{"test_a.one", "test_b.two"}, signed,
			sign(read(2, said(fail("pytest.test_a", "collection failure"), "E     File \"/w/double.py\", line 2\nE       def double(x) return x\nE                     ^^^^^^\nE   SyntaxError: expected ':'\n")), 0),
			[]string{
				"units/test_a.one missing 0/3: not run: test_a: collection failure: SyntaxError: expected ':' (/w/double.py:2)",
				"units/test_b.two missing 0/3: not run: test_a: collection failure: SyntaxError: expected ':' (/w/double.py:2)",
			}},
		{"a class cannot be made", []string{"Old.a", "Older.a"}, signed,
			sign(read(1, fail("Old.initializationError", "no parameters"), pass("Older.a")), 1),
			[]string{"units/Old.a missing 0/3: not run: Old.initializationError: no parameters", "units/Older.a passed 3/3"}},
		{"setUpClass fails", []string{"t.S.a", "t.T.a"}, files,
			read(1, fail("unittest.suite._ErrorHolder.setUpClass (t.S)", "no set-up"), pass("t.T.a")),
			[]string{"units/t.S.a missing 0/3: not run: unittest.suite._ErrorHolder.setUpClass (t.S): no set-up", "units/t.T.a passed 3/3"}},
		{"the method that makes the cases fails", []string{"T.dyn()[1]", "T.dyn()[2]", "T.dynamic"}, signed,
			sign(read(1, fail("T.dyn()", "factory"), pass("T.dynamic")), 1),
			[]string{"units/T.dyn()[1] missing 0/2: not run: T.dyn(): factory", "units/T.dyn()[2] missing 0/2: not run: T.dyn(): factory", "units/T.dynamic passed 2/2"}},
		{"an initialiser fails", []string{"Init.a"}, signed,
			sign(read(1, said(fail("Init.a", ""), "java.lang.ExceptionInInitializerError\n\tat java.base/jdk.internal.X.newInstance(X.java:77)\nCaused by: java.lang.ArithmeticException: / by zero\n\tat Init.<clinit>(Init.java:2)\n")), 0),
			[]string{"units/Init.a failed 0/6: java.lang.ArithmeticException: / by zero (Init.java:2)"}},
		{"a case is skipped, and the process ends well", []string{"a", "b"}, signed,
			sign(read(0, pass("a"), skip("b", "no network")), 1),
			[]string{"units/a passed 3/3", "units/b missing 0/3: skipped: no network"}},
		{"fewer dynamic cases", []string{"T.dyn()[1]", "T.dyn()[2]"}, signed,
			sign(read(0, pass("T.dyn()[1]")), 1),
			[]string{"units/T.dyn()[1] passed 3/3", "units/T.dyn()[2] missing 0/3: not reported: the test framework finished without this case; fewer cases were made, or the program under test ended itself (exit status 0)"}},
		{"only what follows the cases fails", []string{"a"}, files, read(1, pass("a")),
			[]string{"units/a passed 6/6", "units failed 0/0 unpinned: every case passed, and something outside of them failed: exit status 1"}},
		{"killed before the report is written", []string{"a"}, files,
			func() reading {
				g := read(0)
				g.problems, g.run, g.end = []string{"r.xml: xml: no report in it"}, sandbox.Result{Signal: syscall.SIGKILL}, ending{outcome: schema.OutcomeMemoryLimit, message: "memory limit of 64 MiB exceeded"}
				return g
			}(),
			[]string{"units/a missing 0/6: not reported: memory limit of 64 MiB exceeded"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			trial := trialOf(assignment.PointRule{Total: schema.NewPoints(6, 1)}, test.pins...)
			trial.traces = map[string]schema.ReportTrace{"units": test.trace}
			if diff := cmp.Diff(test.want, heldAs(trial.hold(test.got))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestForgedRepeatsAreNotCounted checks that a case that passed and failed under the same name gets
// no points, because the submission printed one of the two.
func TestForgedRepeatsAreNotCounted(t *testing.T) {
	t.Parallel()
	of := func(verdicts ...report.Verdict) (list []report.Case) {
		for _, v := range verdicts {
			list = append(list, report.Case{Name: "a", Verdict: v})
		}
		return list
	}
	for name, test := range map[string]struct {
		pins []string
		got  []report.Case
	}{
		"passed, then failed":              {[]string{"a"}, of(report.Passed, report.Failed)},
		"failed, then passed":              {[]string{"a"}, of(report.Failed, report.Passed)},
		"one of two, and both failures":    {[]string{"a", "a#2"}, of(report.Passed, report.Failed, report.Failed)},
		"passed, skipped by the framework": {[]string{"a"}, of(report.Skipped, report.Passed)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := reading{cases: test.got, files: 1, run: sandbox.Result{Exit: 1}, end: ending{exit: 1, message: "exit status 1"}}
			results := trialOf(assignment.PointRule{Total: schema.NewPoints(6, 1)}, test.pins...).hold(got)
			for i, r := range results {
				if !r.Score.IsZero() || i == 0 && r.Tampering == "" {
					t.Errorf("%s %s %s, tampering %q", r.Name, r.Outcome, r.Score, r.Tampering)
				}
			}
		})
	}
}
