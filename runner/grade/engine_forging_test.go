package grade_test

import (
	"context"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/grader/grader/runner/grade"
	"github.com/grader/grader/schema"
)

// forgery is a wrong submission that tries to pass an in-process test.
type forgery struct {
	name    string
	files   files
	score   string // "" is 0
	evident string // what staff read, "" for nothing
}

// pinned is an assignment whose reference was graded before.
type pinned struct {
	grader *grade.Grader
	tests  string
	pins   schema.Pins
}

func pin(t *testing.T, assignment files) pinned {
	t.Helper()
	p := pinned{grader: newGrader(t), tests: assignment.write(t)}
	var err error
	if p.pins, err = p.grader.PinsOf(context.Background(), grade.Job{Tests: p.tests, Zone: time.UTC}); err != nil {
		t.Fatal(err)
	}
	return p
}

func (p pinned) submit(t *testing.T, f files) schema.Result {
	t.Helper()
	r, err := p.grader.Grade(context.Background(), grade.Job{Kind: schema.JobGrade, Tests: p.tests, Submission: f.write(t), Pins: &p.pins}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// try grades the forgeries. None may get the points of the right solution.
func (p pinned) try(t *testing.T, full string, right files, forgeries []forgery) {
	t.Helper()
	r := p.submit(t, right)
	points(t, r, full, full)
	for _, test := range r.Tests {
		if test.Tampering != "" {
			t.Errorf("the right solution: %s", test.Tampering)
		}
	}
	for _, f := range forgeries {
		t.Run(f.name, func(t *testing.T) {
			r := p.submit(t, f.files)
			if f.score == "" {
				f.score = "0"
			}
			points(t, r, f.score, full)
			tampering := r.Tests[0].Tampering
			if !strings.Contains(tampering, f.evident) || (tampering == "") != (f.evident == "") {
				t.Errorf("tampering %q, want %q; %+v", tampering, f.evident, r.Tests)
			}
		})
	}
}

// doubling is a Python assignment with pytest tests.
var doubling = files{
	"assignment.yaml": `
title: Doubling
limits: {time: 10s, memory: 256MiB}
solution: solution/
tests:
  - name: units
    needs: ["units/**"]
    run: "$PYTEST --junitxml=$REPORTS/units.xml $NEEDS/units"
    report: junit
    points: 4
`,
	"units/test_double.py": "import double\ndef test_three(): assert double.double(3) == 6\ndef test_word(): assert double.double('ab') == 'abab'\n",
	"solution/double.py":   "def double(x): return x + x\n",
}

// perfectXML is a report without failures in pytest's form.
const perfectXML = `<?xml version="1.0" encoding="utf-8"?><testsuites><testsuite name="pytest" errors="0" failures="0" skipped="0" tests="2" time="0.012">` +
	`<testcase classname="units.test_double" name="test_three" time="0.001" /><testcase classname="units.test_double" name="test_word" time="0.001" /></testsuite></testsuites>`

// TestForgingPytest grades forgeries that each passed pytest, or left a report in which everything
// passed.
func TestForgingPytest(t *testing.T) {
	t.Parallel()
	need(t, "python3")
	p := pin(t, doubling)
	needVariable(t, p.grader, "PYTEST")
	plant := "import os\nopen(os.environ['REPORTS'] + '/%NAME', 'w').write('''" + perfectXML + "''')\n"
	named := func(name string) string { return strings.Replace(plant, "%NAME", name, 1) }
	const wrong = "\ndef double(x): return None\n"
	one := func(code string) files { return files{"double.py": code + wrong} }
	p.try(t, "4", files{"double.py": doubling["solution/double.py"]}, []forgery{
		{name: "wrong, and honest about it", files: one("")},
		{name: "os._exit(0)", files: files{"double.py": "import os\ndef double(x): os._exit(0)\n"}, evident: "2 pinned cases are missing"},
		{name: "os._exit(0) when loaded", files: one("import os; os._exit(0)"), evident: "2 pinned cases are missing"},
		{name: "sys.exit(0) when loaded", files: one("import sys; sys.exit(0)")},
		{
			name: "plants the report, prints what pytest prints, and is gone", evident: "was not written by the test framework",
			files: one(named("units.xml") + "os.write(1, b'============ 2 passed in 0.01s ============\\n')\nos._exit(0)\n"),
		},
		{name: "plants a report beside the true one", files: one(named("more.xml")), evident: "which were not read: more.xml"},
		{
			name: "writes the report once more at its end", evident: "was changed after the test framework had written it",
			files: one("import atexit\n@atexit.register\ndef again():\n    import os\n    open(os.environ['REPORTS'] + '/units.xml', 'w').write('''" + perfectXML + "''')\n"),
		},
		{
			name: "lets pytest run nothing", evident: "_pytest.python.Function.runtest",
			files: one("import _pytest.python\n_pytest.python.Function.runtest = lambda self: None\n"),
		},
		{
			name: "lets every report say passed", evident: "_pytest.reports.TestReport.from_item_and_call",
			files: one("from _pytest.reports import TestReport\ntrue = TestReport.from_item_and_call.__func__\ndef kind(cls, item, call):\n    call.excinfo = None\n    return true(cls, item, call)\nTestReport.from_item_and_call = classmethod(kind)\n"),
		},
		{
			name: "swaps the code of a function of pytest's", evident: "_pytest.python",
			files: one("import _pytest.python\n_pytest.python.Function.runtest.__code__ = (lambda self: None).__code__\n"),
		},
		{
			name: "swaps the code of the tests", evident: "test_double.py::test_",
			files: files{"double.py": "import sys\ndef double(x):\n    m = sys.modules['test_double']\n    m.test_three.__code__ = m.test_word.__code__ = (lambda: None).__code__\n    return 6\n"},
		},
		{
			name: "finds the plug-ins and adds one", evident: "plugin",
			files: one("import gc, pytest\nfrom _pytest.config import PytestPluginManager\nclass Kind:\n    @pytest.hookimpl(hookwrapper=True)\n    def pytest_runtest_makereport(self, item, call):\n        call.excinfo = None\n        yield\nfor m in gc.get_objects():\n    if isinstance(m, PytestPluginManager): m.register(Kind())\n"),
		},
		{
			name: "says that every object is equal, through the builtins", evident: "builtins.AssertionError",
			files: one("import builtins\nclass Never(BaseException):\n    pass\nbuiltins.AssertionError = Never\n"),
		},
		{
			name: "finds the cases and forgets their failures", evident: "the report counts 2 passed cases, and the test framework saw 0 pass",
			files: files{"double.py": forgetful},
		},
		{
			name: "lets every failure be forgotten as it is caught, by a trace", score: "4", evident: "which the reference does not: sys.settrace",
			files: files{"double.py": forgetting},
		},
		{
			name: "finds the session and lets its cases run nothing", evident: "test_double.py::test_three runtest",
			files: one(findSession + "    class Kind: pass\n    def items(items):\n        for i in items: i.runtest = lambda: None\n    k = Kind()\n    k.pytest_collection_modifyitems = items\n    Kind.__module__ = 'builtins'\n    s.config.pluginmanager.register(k, 'kind')\n"),
		},
		{
			name: "finds the session and adds a hook without a file", evident: "hook pytest_runtest_makereport",
			files: one(findSession + "    import pytest, types\n    m = types.ModuleType('kind')\n    @pytest.hookimpl(hookwrapper=True)\n    def kind(item, call):\n        call.excinfo = None\n        yield\n    m.pytest_runtest_makereport = kind\n    s.config.pluginmanager.register(m, 'kind')\n"),
		},
		{
			name: "finds the witness and has it say nothing", evident: "runtest",
			files: files{"double.py": findSession + "    for p in s.config.pluginmanager.get_plugins():\n        if type(p).__name__ == 'Witness':\n            p.pytest_unconfigure = p.pytest_runtest_makereport = lambda *a: None\ndef double(x):\n    for i in s.items: i.runtest = lambda: None\n    return 6\n"},
		},
		{
			name:  "lets unittest's cases run nothing",
			files: one("import unittest\nunittest.TestCase.run = unittest.TestCase.__call__ = lambda self, result=None: None\n"), evident: "unittest.case.TestCase",
		},
		{
			name: "starts another Python, which writes the report", evident: "was not written by the test framework",
			files: one("import os, sys\nif 'FORGED' not in os.environ:\n    os.environ['FORGED'] = '1'\n    os.execv(sys.executable, [sys.executable, '-c', " + strconv.Quote(named("units.xml")+"print('============ 2 passed in 0.01s ============')") + "])\n"),
		},
		{
			name:  "ships what steers pytest",
			files: files{"double.py": wrong, "conftest.py": "import os\nos._exit(0)\n", "pytest.ini": "[pytest]\naddopts = --collect-only\n", "sitecustomize.py": "import os\nos._exit(0)\n", "pytest.py": "import os\nos._exit(0)\n", "_pytest/__init__.py": "import os\nos._exit(0)\n", "evil.pth": "import os; os._exit(0)\n"},
		},
	})
}

// findSession is Python code that finds pytest's session among its callers, and continues with it.
const findSession = "import sys\nf = sys._getframe()\nwhile f and not hasattr(f.f_locals.get('session'), 'config'): f = f.f_back\ns = f.f_locals['session']\nif s:\n"

// forgetting removes an exception from the function of pytest that caught it.
const forgetting = `
import sys
def line(frame, event, value):
    names = frame.f_locals
    if names.get("excinfo") is not None:
        names["excinfo"] = names["reraise"] = None
    return line
def trace(frame, event, value):
    return line if frame.f_code.co_name == "from_call" else None
def double(x):
    frame = sys._getframe()
    while frame is not None:
        if frame.f_code.co_name == "from_call":
            frame.f_trace = line
        frame = frame.f_back
    sys.settrace(trace)
`

// forgetful searches the interpreter's objects for the report that pytest is about to write.
const forgetful = `
import gc
from _pytest.junitxml import LogXML
class Forgetful(list):
    def __iter__(self):
        for reporter in list.__iter__(self):
            case = reporter.to_xml()
            case[:] = []
            yield reporter
for o in gc.get_objects():
    if isinstance(o, LogXML):
        o.node_reporters_ordered = Forgetful(o.node_reporters_ordered)
        log = o
def double(x):
    log.stats = dict.fromkeys(log.stats, 0)
    return None
`

// TestForgingByShadowing checks that a submission's files cannot replace the modules with which tests
// judge, because pytest has loaded these by then. The reference's own module may still have the name
// of a library module.
func TestForgingByShadowing(t *testing.T) {
	t.Parallel()
	need(t, "python3")
	assignment := files{
		"assignment.yaml":       doubling["assignment.yaml"],
		"units/test_double.py":  "import math, unittest\nimport double\nclass Double(unittest.TestCase):\n    def test_three(self): self.assertEqual(double.double(3), 6)\n    def test_half(self): assert math.isclose(double.double(0.5), 1)\n",
		"solution/double.py":    "import queue\ndef double(x): return x + x + queue.nothing\n",
		"solution/queue.py":     "nothing = 0\n",
		"solution/numbers/a.py": "",
	}
	p := pin(t, assignment)
	needVariable(t, p.grader, "PYTEST")
	right := files{"double.py": assignment["solution/double.py"], "queue.py": "nothing = 0\n", "sub/math.py": "not mine\n"}
	const wrong = "def double(x): return None\n"
	p.try(t, "4", right, []forgery{
		{name: "unittest", files: files{"double.py": wrong, "unittest.py": "class TestCase:\n    def __init_subclass__(cls): cls.test_three = cls.test_half = lambda self: None\n"}},
		{name: "a package", files: files{"double.py": wrong, "unittest/__init__.py": "class TestCase:\n    pass\n", "unittest/case.py": "class SkipTest(Exception): pass\nclass TestCase:\n    pass\n"}},
		{name: "math", files: files{"double.py": wrong, "math.py": "def isclose(*a): return True\n"}},
	})
}
