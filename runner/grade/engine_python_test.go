package grade_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/runner/grade"
	"github.com/grader/grader/schema"
)

// words is a Python assignment: tests with pytest, and the same with input and output.
var words = files{
	"assignment.yaml": `
title: Words
limits: {time: 10s, memory: 256MiB}
solution: solution/
samples:
  - {dir: samples/half/, score: 1.5}
tests:
  - name: units
    needs: ["units/**"]
    run: "$PYTEST --junitxml=$REPORTS/units.xml $NEEDS/units"
    report: junit
    points: {default: 1, "*many*": 0.5}
  - name: says
    run: "python3 words.py"
    stdin: "a b a\n"
    stdout: "2 a\n1 b\n"
    requires: [units]
`,
	"units/test_words.py": `
import pytest, words
def test_one(): assert words.count("a") == {"a": 1}
@pytest.mark.parametrize("text", ["a b a", "b a a"])
def test_many(text): assert words.count(text) == {"a": 2, "b": 1}
@pytest.mark.skip
def test_later(): assert False
`,
	"solution/words.py":     rightWords,
	"samples/half/words.py": "def count(t): return {t: 1} if ' ' not in t else {'a': 2, 'b': 1} if t[0] == 'a' else {}\n",
}

const rightWords = `
import collections, sys
def count(text): return dict(collections.Counter(text.split()))
if __name__ == "__main__":
    for w, n in count(sys.stdin.read()).items(): print(n, w)
`

func TestPytest(t *testing.T) {
	t.Parallel()
	need(t, "python3")
	g := newGrader(t)
	needVariable(t, g, "PYTEST")
	tests := words.write(t)
	pins, err := g.PinsOf(context.Background(), grade.Job{Tests: tests, Zone: time.UTC})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][]string{"units": {"units.test_words.test_one", "units.test_words.test_many[a b a]", "units.test_words.test_many[b a a]"}}
	if diff := cmp.Diff(want, pins.Tests); diff != "" {
		t.Fatal(diff)
	}
	submit := func(t *testing.T, f files) schema.Result {
		t.Helper()
		r, err := g.Grade(context.Background(), grade.Job{Kind: schema.JobGrade, Tests: tests, Submission: f.write(t), Pins: &pins}, nil)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	t.Run("right", func(t *testing.T) {
		points(t, submit(t, files{"words.py": rightWords}), "3", "3")
	})
	t.Run("wrong", func(t *testing.T) {
		r := submit(t, files{"words.py": strings.Replace(rightWords, "text.split()", "text.split()[:1]", 1)})
		points(t, r, "1", "3")
		got := outcome(t, r, "units/units.test_words.test_many[a b a]", schema.OutcomeFailed)
		if !strings.Contains(got.Message, "AssertionError") || strings.Contains(got.Output, "/tmp") {
			t.Errorf("message %q, output %q", got.Message, got.Output)
		}
		outcome(t, r, "says", schema.OutcomeNotRun)
	})
	for name, body := range map[string]string{
		"os._exit(0)":              "import os\ndef count(t): os._exit(0)\n",
		"os._exit(0) when loaded":  "import os\nos._exit(0)\n",
		"does not parse":           "def count(:\n",
		"kills its parent":         "import os, signal\ndef count(t): os.kill(os.getppid(), 9); os.kill(os.getpid(), 9)\n",
		"plants a report and goes": "import os\nopen(os.environ['REPORTS'] + '/a.xml', 'w').write('<testsuite><testcase classname=\"units.test_words\" name=\"test_one\"/>')\nos._exit(0)\n",
	} {
		t.Run(name, func(t *testing.T) {
			r := submit(t, files{"words.py": body})
			if name == "plants a report and goes" {
				// An in-process framework can only make tampering evident.
				if r.Tests[0].Tampering == "" {
					t.Errorf("no tampering: %+v", r.Tests)
				}
				return
			}
			points(t, r, "0", "3")
			outcome(t, r, "units/units.test_words.test_one", schema.OutcomeMissing)
		})
	}
	t.Run("planted configuration", func(t *testing.T) {
		r := submit(t, files{
			"words.py":         "def count(t): return {}\n",
			"conftest.py":      "import os\nos._exit(0)\n",
			"pytest.ini":       "[pytest]\naddopts = --collect-only\n",
			"sitecustomize.py": "import os\nos._exit(0)\n",
			"deep/evil.pth":    "import os; os._exit(0)\n",
			"deep/code.pyc":    "bytecode",
		})
		points(t, r, "0", "3")
		outcome(t, r, "units/units.test_words.test_one", schema.OutcomeFailed)
		if diff := cmp.Diff([]string{"conftest.py", "deep/code.pyc", "deep/evil.pth", "pytest.ini", "sitecustomize.py"}, r.Dropped); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("gate", func(t *testing.T) {
		r, err := g.Grade(context.Background(), grade.Job{Kind: schema.JobGate, Tests: tests}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if r.Gate == nil || !r.Gate.Passed || r.Message != "" {
			t.Fatalf("gate %+v, message %q", r.Gate, r.Message)
		}
		if diff := cmp.Diff(pins, r.Gate.Pins); diff != "" {
			t.Error(diff)
		}
		points(t, r, "3", "3")
		half := schema.NewPoints(3, 2)
		if s := r.Gate.Samples; len(s) != 1 || s[0].Dir != "samples/half/" || !s[0].Expected.Equal(half) || !s[0].Actual.Equal(half) {
			t.Errorf("samples %+v", s)
		}
	})
}

// TestPytestFixtures uses fixtures, options and hooks in the tests' own conftest.py. A conftest.py
// of the submission is not loaded, whatever directories pytest is given.
func TestPytestFixtures(t *testing.T) {
	t.Parallel()
	need(t, "python3")
	g := newGrader(t)
	needVariable(t, g, "PYTEST")
	tests := files{
		"assignment.yaml": `
title: Stacks
solution: solution/
tests:
  - name: units
    needs: ["units/**"]
    run: "$PYTEST --kind=fast --junitxml=$REPORTS/units.xml $NEEDS/units ."
    report: junit
`,
		"units/conftest.py": `
import pytest
def pytest_addoption(parser): parser.addoption("--kind")
@pytest.fixture
def stack(request):
    assert request.config.getoption("--kind") == "fast"
    from stack import Stack
    return Stack()
`,
		"units/deep/conftest.py":   "import pytest\n@pytest.fixture\ndef full(stack):\n    stack.push(1)\n    return stack\n",
		"units/deep/test_full.py":  "def test_pop(full): assert full.pop() == 1\n",
		"units/test_stack.py":      "def test_empty(stack): assert stack.empty()\n",
		"solution/stack.py":        "class Stack(list):\n    push = list.append\n    def empty(self): return not self\n",
		"solution/test_nothing.py": "",
	}.write(t)
	for name, c := range map[string]struct {
		submission files
		score      string
		pops       schema.Outcome
	}{
		"right":   {files{"stack.py": "class Stack(list):\n    push = list.append\n    def empty(self): return not self\n"}, "1", schema.OutcomePassed},
		"wrong":   {files{"stack.py": "class Stack(list):\n    push = list.append\n    def empty(self): return False\n"}, "0.5", schema.OutcomePassed},
		"forging": {files{"stack.py": "class Stack(list): pass\n", "conftest.py": "import os\nos._exit(0)\n", "test_mine.py": ""}, "0", schema.OutcomeFailed},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := g.Grade(context.Background(), grade.Job{Kind: schema.JobGrade, Tests: tests, Submission: c.submission.write(t)}, nil)
			if err != nil {
				t.Fatal(err)
			}
			points(t, r, c.score, "1")
			outcome(t, r, "units/units.deep.test_full.test_pop", c.pops)
		})
	}
}

func TestGateRefuses(t *testing.T) {
	t.Parallel()
	need(t, "python3")
	g := newGrader(t)
	base := files{
		"assignment.yaml":         "title: T\nsolution: solution/\nsamples: [{dir: samples/none/, score: 1}]\ntests:\n  - {name: says, run: 'python3 a.py', stdout: hi, points: 2}\n  - {name: ends, run: 'python3 a.py'}\n",
		"solution/a.py":           "print('hi')\n",
		"samples/none/a.py":       "print('ho')\n",
		"samples/none/ignored.md": "nothing\n",
	}
	gate := func(change files) schema.Result {
		all := files{}
		for name, content := range base {
			all[name] = content
		}
		for name, content := range change {
			all[name] = content
		}
		r, err := g.Grade(context.Background(), grade.Job{Kind: schema.JobGate, Tests: all.write(t)}, nil)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	if r := gate(nil); !r.Gate.Passed || r.Message != "" {
		t.Errorf("as it is: %+v %q", r.Gate, r.Message)
	}
	r := gate(files{"solution/a.py": "print('hello')\n"})
	if want := `the reference solution scores 1 of 3; it must score full marks: says (failed, 0/2: line 1: expected "hi", got "hello")`; r.Gate.Passed || r.Message != want {
		t.Errorf("wrong reference: %q", r.Message)
	}
	r = gate(files{"samples/none/a.py": "print('hi')\n"})
	if want := "samples/none/ scores 3, expected 1: every test passed"; r.Gate.Passed || r.Message != want {
		t.Errorf("wrong sample: %q", r.Message)
	}
}

// TestPytestHashes checks that sets have the same order in every grading, although $PYTEST isolates the
// interpreter, and that no other variable reaches it.
func TestPytestHashes(t *testing.T) {
	t.Parallel()
	g := newGrader(t)
	needVariable(t, g, "PYTEST")
	tests := files{
		"assignment.yaml": `
title: Hashes
solution: solution/
limits: {time: 60s, memory: 512MiB}
tests:
  - name: units
    needs: [units/test_hashes.py]
    run: PYTHONPATH=/nowhere PYTHONOPTIMIZE=2 $PYTEST --junitxml=$REPORTS/units.xml $NEEDS/units
    report: junit
    points: 4
  - name: seven
    needs: [units/test_hashes.py]
    run: PYTHONHASHSEED=7 $PYTEST --junitxml=$REPORTS/units.xml $NEEDS/units
    report: junit
    points: 4
`,
		"units/test_hashes.py": `
import os
import subprocess
import sys

import words


def test_seed():
    """A plain interpreter, with the same variables, has the same hashes."""
    assert words.order() == subprocess.check_output([sys.executable, "-S", "-c", "print(hash('grader'))"], text=True).strip()


def test_isolation():
    assert "/nowhere" not in sys.path and sys.flags.optimize == 0 and sys.flags.no_user_site


def test_variables():
    assert os.environ["PYTHONHASHSEED"] in "07" and os.environ.get("PYTHONPATH", "/nowhere") == "/nowhere"
    assert "GRADER_SET_ASIDE" not in os.environ


def test_shadows():
    """A file of the submission's is not taken for a module of Python's."""
    import json

    assert "dist-packages" in sys.modules["pytest"].__file__ and "/usr/lib/" in json.__file__
`,
		"solution/words.py": "def order():\n    return str(hash('grader'))\n",
	}.write(t)
	submission := files{"words.py": "def order():\n    return str(hash('grader'))\n", "pytest.py": "raise SystemExit(0)\n", "json.py": "raise SystemExit(0)\n"}
	points(t, gradeFiles(t, g, tests, submission), "8", "8")
}

// TestCrashSaysWhy checks that the message of a crash has the error that the language reported, with
// the place in the submission, for a test, a case and a program that talks to a driver.
func TestCrashSaysWhy(t *testing.T) {
	t.Parallel()
	need(t, "python3")
	tests := files{
		"assignment.yaml": `
title: Crashes
build: auto
tests:
  - {name: prints, run: $PROGRAM, stdout: "1"}
  - {name: merged, run: $PROGRAM 2>&1, stdout: "1"}
  - {name: family, run: $PROGRAM, cases: "io/*.in"}
  - {name: talks, run: $PROGRAM, driver: [python3, ask.py]}
`,
		"io/1.in": "1\n", "io/1.out": "1\n",
		"ask.py": "import sys\nprint(1, flush=True)\nsys.exit(42 if sys.stdin.readline() else 43)\n",
	}.write(t)
	r := gradeFiles(t, newGrader(t), tests, files{
		"main.py":    "from lib.box import take\nprint('debug', file=__import__('sys').stderr)\ntake([])\n",
		"lib/box.py": "def take(box):\n    return box[1]\n",
	})
	for _, name := range []string{"prints", "merged", "family/1", "talks"} {
		if got, want := outcome(t, r, name, schema.OutcomeCrashed).Message, "exit status 1: IndexError: list index out of range (lib/box.py:2)"; got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}
