package grade_test

import (
	"strings"
	"testing"
)

// careful is a Python assignment whose tests check the type of an answer before they compare it, so
// that the answer cannot redefine the comparison. They have a constant, a helper, a fixture and
// parameters.
var careful = files{
	"assignment.yaml": doubling["assignment.yaml"],
	"units/conftest.py": `
import pytest

@pytest.fixture
def six():
    return 6
`,
	"units/helper.py": `
WANTED = {"three": 6}
LIMIT = 3

def right(answer, wanted, kinds=(int,)):
    return type(answer) in kinds and answer == wanted
`,
	"units/test_double.py": `
import math
import operator
from fractions import Fraction

import pytest

import double
import helper

SIX = 6

def test_constant(six):
    assert helper.right(double.double(3), SIX) and helper.right(double.double(3), six)

@pytest.mark.parametrize("n, wanted", [(2, 4)])
def test_parameters(n, wanted):
    answer = double.double(n)
    assert isinstance(answer, int) and operator.eq(answer, wanted) and math.isclose(answer, wanted)

def test_literal():
    answer = double.double(5)
    assert isinstance(answer, int) and answer == 10

def test_fraction():
    answer = double.double(Fraction(1, 3))
    assert type(answer) is Fraction and answer == Fraction(2, 3)
`,
	"solution/double.py": "def double(x): return x + x\n",
}

// pretend is a wrong answer of the right type.
const pretend = "def double(x): return type(x)(1)\n"

// TestAttacksOnPytest grades attacks that manipulate the interpreter to pass careful. They score nothing.
func TestAttacksOnPytest(t *testing.T) {
	t.Parallel()
	need(t, "python3")
	p := pin(t, careful)
	needVariable(t, p.grader, "PYTEST")
	one := func(code string) files { return files{"double.py": code} }
	in := func(code string) files { // runs when a function is called
		return one("done = []\ndef act():\n" + indent(code) + "\ndef double(x):\n    if not done:\n        done.append(1)\n        act()\n    return type(x)(1)\n")
	}
	const (
		session  = "import _pytest.assertion.util as util\nconfig = util._config\nsession = config.pluginmanager.get_plugin('session')\n"
		tests    = "import sys\ntests = sys.modules['test_double']\n"
		plant    = "import os\nopen(os.environ['REPORTS'] + '/units.xml', 'w').write('<testsuites><testsuite name=\"pytest\" tests=\"4\" failures=\"0\" errors=\"0\" skipped=\"0\">' + ''.join(f'<testcase classname=\"units.test_double\" name=\"{n}\"/>' for n in ('test_constant', 'test_parameters[2-4]', 'test_literal', 'test_fraction')) + '</testsuite></testsuites>')\nos.write(1, b'===== 4 passed in 0.01s =====\\n')\n"
		walk     = "import sys\nframes, f = [], sys._getframe()\nwhile f: frames.append(f); f = f.f_back\n"
		pipes    = "import os, stat\nends = [n for n in range(3, 100) if os.path.exists(f'/proc/self/fd/{n}') and stat.S_ISFIFO(os.fstat(n).st_mode)]\n"
		changed  = "were changed while they ran"
		unsigned = "was not written by the test framework"
	)
	p.try(t, "4", files{"double.py": careful["solution/double.py"]}, []forgery{
		{name: "wrong, and honest about it", files: one(pretend)},
		{
			name: "walks the frames to the launcher and lets it sign a planted report", evident: "sys._getframe",
			files: in(walk + plant + "for f in frames:\n    for name, value in list(f.f_locals.items()) + list(f.f_globals.items()):\n        if name in ('noted', 'told', 'changes'): value.clear()\n        if name in ('sign', 'send', 'tell', 'close', 'audit'):\n            for arguments in ((dict(passed=4, changed=[]),), ('grader.end',)):\n                try: value(*arguments)\n                except Exception: pass\nos._exit(0)\n"),
		},
		{name: "raises the launcher's own audit events", evident: "a report of its own", files: in("import sys\n" + plant + "sys.audit('grader.end')\nos._exit(0)\n")},
		{name: "calls the launcher's plugin", evident: "a report of its own", files: in(session + "for q in config.pluginmanager.get_plugins():\n    if type(q).__name__ == 'Witness': q.pytest_unconfigure(config)\n")},
		{name: "reports its cases through pytest's hooks", evident: "a report of its own", files: in(session + "from _pytest.runner import CallInfo\nfor item in session.items:\n    item.ihook.pytest_runtest_makereport(item=item, call=CallInfo.from_call(lambda: None, 'call'))\n")},
		{name: "lets pytest report its cases once more", evident: "", files: in(session + "import functools\nfrom _pytest.runner import CallInfo\nfor item in session.items:\n    item.addfinalizer(functools.partial(item.ihook.pytest_runtest_makereport, item=item, call=CallInfo.from_call(lambda: None, 'call')))\n")},
		{name: "searches the heap for the launcher's channel and uses it", evident: "gc.get_objects", files: in("import gc, types\n" + plant + "for g in gc.get_objects():\n    if isinstance(g, types.GeneratorType) and g.__name__ == 'channel':\n        g.send(({'end': {'reports': {}}}, False))\nos._exit(0)\n")},
		{name: "asks who refers to pytest's session", evident: "gc.get_referrers", files: in(session + "import gc\ngc.get_referrers(session)\n")},
		{name: "writes to the launcher's pipe", evident: "spoke to the runner", files: in(pipes + "for n in ends:\n    try: os.write(n, b'0 1 {}\\n')\n    except OSError: pass\n")},
		{name: "closes the launcher's pipes", evident: "", files: in(pipes + "for n in ends: os.close(n)\n")},
		{name: "puts pipes of its own in the place of the launcher's", evident: "", files: in(pipes + "r, w = os.pipe()\nos.write(w, b'0' * 60000)\nos.dup2(w, ends[0]); os.dup2(r, ends[1])\nimport gc\ngc.get_objects()\n")},
		{name: "changes a constant", evident: changed, files: in(tests + "tests.SIX = 1\n")},
		{name: "changes a constant by an object that is equal to it", evident: changed, files: in(tests + "class Any(int):\n    def __eq__(self, other): return True\n    __hash__ = None\ntests.SIX = Any()\n")},
		{name: "replaces a helper", evident: changed, files: in(tests + "tests.helper.right = lambda *a: True\n")},
		{name: "replaces the code of a helper", evident: changed, files: in(tests + "tests.helper.right.__code__ = (lambda answer, wanted, kinds=0: True).__code__\n")},
		{name: "replaces the defaults of a helper", evident: changed, files: in(tests + "class Every(tuple):\n    def __contains__(self, other): return True\ntests.helper.right.__defaults__ = (Every(),)\n")},
		{name: "hides a builtin from the tests", evident: changed, files: in(tests + "tests.isinstance = lambda *a: True\n")},
		{name: "replaces a function of operator", evident: changed, files: in("import operator\noperator.eq = lambda a, b: True\n")},
		{name: "replaces a function of operator when it is loaded", evident: changed, files: one(pretend + "import operator\noperator.eq = lambda a, b: True\n")},
		{name: "replaces a builtin when it is loaded", evident: "builtins.round", files: one(pretend + "import builtins\nbuiltins.round = lambda *a: 0\n")},
		{name: "replaces a function of math", evident: changed, files: in("import math\nmath.isclose = lambda *a: True\n")},
		{name: "replaces a method of a class of the library", evident: changed, files: in("from fractions import Fraction\nFraction.__eq__ = lambda *a: True\n")},
		{name: "replaces a fixture", evident: changed, files: in(session + "session._fixturemanager._arg2fixturedefs['six'][-1].func = lambda: 1\n")},
		{name: "replaces parameters", evident: changed, files: in(session + "for item in session.items:\n    if hasattr(item, 'callspec'): item.callspec.params['wanted'] = 1\n")},
		{name: "replaces the functions of the items", evident: changed, files: in(session + "for item in session.items: item._obj = lambda **k: None\n")},
		{name: "makes the checks of the launcher blind by the builtins", evident: changed, files: in("import builtins\nfor name in 'vars', 'getattr', 'all', 'zip', 'sorted', 'set':\n    pass\nbuiltins.vars = lambda *a: {}\n" + tests + "tests.SIX = 1\n")},
		{name: "makes pytest's report forget, by its configuration", evident: "the test framework saw", files: in(session + "from _pytest.junitxml import xml_key\nlog = config.stash[xml_key]\nclass Forgetful(list):\n    def __iter__(self):\n        for reporter in list.__iter__(self):\n            reporter.to_xml()[:] = []\n            yield reporter\nfor reporter in [log.node_reporters_ordered]: log.node_reporters_ordered = Forgetful(reporter)\n")},
	})
}

func indent(code string) string {
	return "    " + strings.ReplaceAll(strings.TrimSpace(code), "\n", "\n    ")
}

// TestAttacksOnPytestAreEvident grades programs that access their callers' frames, or memory. All must be reported to staff.
func TestAttacksOnPytestAreEvident(t *testing.T) {
	t.Parallel()
	need(t, "python3")
	p := pin(t, careful)
	needVariable(t, p.grader, "PYTEST")
	in := func(code string) files {
		return files{"double.py": pretend + "def act():\n" + indent(code) + "\nact()\n"}
	}
	p.try(t, "4", files{"double.py": careful["solution/double.py"]}, []forgery{
		{name: "inspect.currentframe", evident: "sys._getframe", files: in("import inspect\ninspect.currentframe()")},
		{name: "inspect.stack", evident: "sys._getframe", files: in("import inspect\ninspect.stack()")},
		{name: "a traceback", evident: "tb_frame", files: in("try: 1 / 0\nexcept Exception as e: e.__traceback__.tb_frame.f_back")},
		{name: "a traceback that the library walks", evident: "tb_frame", files: in("import traceback\ntry: 1 / 0\nexcept Exception as e: next(traceback.walk_tb(e.__traceback__))")},
		{name: "a generator", evident: "gi_frame", files: in("def g(): yield\ng().gi_frame")},
		{name: "a function of the library that calls what it is given", evident: "sys._getframe", files: in("import functools, sys\nfunctools.singledispatch(sys._getframe)(0)")},
		{name: "a mock that calls what it is given", evident: "sys._getframe", files: in("import sys\nfrom unittest import mock\nmock.Mock(side_effect=sys._getframe)(0)")},
		{name: "another thread", evident: "sys._current_frames", files: in("import sys, threading\nt = threading.Thread(target=sys._current_frames)\nt.start()\nt.join()")},
		{name: "a signal", evident: "signal.signal", files: in("import signal\nsignal.signal(signal.SIGUSR1, lambda n, frame: frame.f_back)\nsignal.raise_signal(signal.SIGUSR1)")},
		{name: "a hook of its own", evident: "sys.addaudithook", files: in("import sys\nsys.addaudithook(lambda event, args: None)")},
		{name: "ctypes", evident: "ctypes", files: in("import ctypes\nctypes.memmove(id(1000), id(1000), 1)")},
		{name: "ctypes, by its name", evident: "ctypes", files: in("import importlib\nimportlib.import_module('ctypes')")},
		{name: "its memory as a file", evident: "/proc/PID/mem", files: in("open('/proc/self/mem', 'rb').close()")},
		{name: "its memory by another name", evident: "a link into /proc", files: in("import os, pathlib\nos.symlink('/proc/self/mem', 'x')\npathlib.Path('x').open('rb').close()")},
		{name: "code of its own making", evident: "code.__new__", files: in("act.__code__.replace(co_name='x')")},
		{name: "code under the name of a library", evident: "code under the name of a library", files: in("import os\nexec(compile('import sys\\nsys._getframe()', os.__file__, 'exec'))")},
	})
}

// TestAttacksOnPytestThatScore grades attacks that cannot be detected, or not be distinguished from honest programs.
// docs/writing-tests.md lists them under "What a framework cannot keep".
func TestAttacksOnPytestThatScore(t *testing.T) {
	t.Parallel()
	need(t, "python3")
	assignment := files{
		"assignment.yaml":      strings.Replace(doubling["assignment.yaml"], "points: 4", "points: 2", 1),
		"units/test_list.py":   "import time\nimport double\nWANTED = [2, 4]\ndef test_list():\n    answer = double.double([1, 2])\n    assert type(answer) is list and answer == WANTED\ndef test_equal():\n    assert double.double([3]) == [6]\n",
		"solution/double.py":   "def double(x): return [2 * i for i in x]\n",
		"solution/__init__.py": "",
	}
	p := pin(t, assignment)
	needVariable(t, p.grader, "PYTEST")
	const lying = "class Liar(list):\n    def __eq__(self, other): return True\ndef double(x): return Liar()\n"
	p.try(t, "2", files{"double.py": assignment["solution/double.py"]}, []forgery{
		{name: "an answer that says it is right, where nobody asks for its type", score: "1", files: files{"double.py": lying}},
		{name: "a list of the tests that is changed in its place", score: "1", files: files{"double.py": "import sys\ndef double(x):\n    sys.modules['test_list'].WANTED[:] = []\n    return []\n"}},
		{
			name: "a constant that is put back before anybody looks", score: "1",
			files: files{"double.py": "import sys\ndef double(x):\n    if len(x) != 2: return []\n    tests = sys.modules['test_list']\n    was = tests.WANTED\n    class Back(list):\n        def __eq__(self, other):\n            tests.WANTED = was\n            return other == []\n    tests.WANTED = Back()\n    return []\n"},
		},
		{name: "a part of a module that speaks to the world", score: "2", evident: "replacing time.sleep", files: files{"double.py": "import time\ntime.sleep = lambda s: None\ndef double(x): return [2 * i for i in x]\n"}},
	})
}

// TestPytestOfHonestPrograms checks that a program is not reported because its libraries request
// frames.
func TestPytestOfHonestPrograms(t *testing.T) {
	t.Parallel()
	need(t, "python3")
	p := pin(t, careful)
	needVariable(t, p.grader, "PYTEST")
	r := p.submit(t, files{"double.py": `
import collections, dataclasses, enum, logging, multiprocessing, traceback, typing, warnings, uuid

Point = collections.namedtuple("Point", "x y", defaults=[0])
Kind = enum.Enum("Kind", "A B")
T = typing.TypeVar("T")
Row = typing.NamedTuple("Row", [("a", int)])

@dataclasses.dataclass(order=True)
class Part:
    a: int = 0

class Readable(typing.Protocol):
    def read(self) -> str: ...

@typing.runtime_checkable
class Closable(Readable, typing.Protocol):
    def close(self) -> None: ...

logging.basicConfig(level=logging.INFO)
shared = multiprocessing.Value("i", 0)

def double(x):
    Point(1); Part(2); isinstance(x, Closable); uuid.uuid4()
    logging.getLogger("x").info("doubling %s", x)
    warnings.warn("slow")
    try:
        raise ValueError("no")
    except ValueError:
        logging.exception("caught")
        traceback.print_exc()
        traceback.format_exc()
    with shared.get_lock():
        shared.value += 1
    return x + x
`})
	points(t, r, "4", "4")
	if r.Tests[0].Tampering != "" {
		t.Errorf("told to staff: %s", r.Tests[0].Tampering)
	}
}
