package grade_test

import (
	"fmt"
	"strings"
	"testing"
)

// shape is a submission that fails, with the expected results: by a case's name, its outcome and a
// part of its message, as "failed: assert 1 == 6".
type shape struct {
	name  string
	files files
	want  map[string]string
}

// tryShapes grades honest failures. None of them may be reported to staff.
func (p pinned) tryShapes(t *testing.T, shapes []shape) {
	t.Helper()
	for _, s := range shapes {
		t.Run(s.name, func(t *testing.T) {
			r := p.submit(t, s.files)
			for _, test := range r.Tests {
				if test.Tampering != "" {
					t.Errorf("told to staff: %s", test.Tampering)
				}
			}
			for name, want := range s.want {
				outcome, message, _ := strings.Cut(want, ": ")
				got := byName(t, r, name)
				if string(got.Outcome) != outcome || !strings.Contains(got.Message, message) {
					t.Errorf("%s %s: %q, want %s", name, got.Outcome, got.Message, want)
				}
			}
			if t.Failed() {
				for _, test := range r.Tests {
					t.Logf("%s %s: %s", test.Name, test.Outcome, test.Message)
				}
			}
		})
	}
}

func TestFailuresOfPytest(t *testing.T) {
	t.Parallel()
	need(t, "python3")
	p := pin(t, files{
		"assignment.yaml": strings.Replace(doubling["assignment.yaml"], "points: 4", "points: 9", 1),
		"units/test_a.py": `
import unittest
import pytest
import double

@pytest.fixture
def sets():
    assert double.double(2) == 4, "set-up"

@pytest.fixture
def tears():
    yield
    assert double.double(2) == 4, "clean-up"

def test_call(): assert double.double(3) == 6
def test_both(tears): assert double.double(3) == 6
def test_tears(tears): pass
def test_sets(sets): pass
@pytest.mark.parametrize("n", [1, 2])
def test_many(n): assert double.double(n) == 2 * n

class Whole(unittest.TestCase):
    @classmethod
    def setUpClass(cls): assert double.double(1) == 2, "set-up of the class"
    def test_in_class(self): pass
    @classmethod
    def tearDownClass(cls): assert double.double(2) == 4, "clean-up of the class"
`,
		"units/test_b.py":    "def test_other(): pass\n",
		"solution/double.py": doubling["solution/double.py"],
	})
	needVariable(t, p.grader, "PYTEST")
	const a = "units/units.test_a."
	one := func(code string) files { return files{"double.py": code} }
	p.tryShapes(t, []shape{
		{"wrong", one("def double(x): return 1\n"), map[string]string{
			a + "test_call": "failed: assert 1 == 6", a + "test_both": "failed: assert 1 == 6\n", a + "test_tears": "failed: failed on teardown with \"AssertionError: clean-up",
			a + "test_sets": "failed: failed on setup with \"AssertionError: set-up", a + "test_many[2]": "failed: assert 1 == (2 * 2)",
			a + "Whole.test_in_class": "failed: set-up of the class", "units/units.test_b.test_other": "passed: ",
		}},
		{"only the clean-up of the class fails", one("def double(x): return 2 * x if x != 2 else 0\n"), map[string]string{
			a + "Whole.test_in_class": "failed: clean-up of the class",
		}},
		{"cannot be imported", one("\nimport nothing\n"), map[string]string{
			a + "test_call": "missing: ModuleNotFoundError: No module named 'nothing' (double.py:2)", "units/units.test_b.test_other": "missing: not run: units.test_a",
		}},
		{"a syntax error", one("def double(x) return x\n"), map[string]string{a + "test_call": "missing: SyntaxError: expected ':' (double.py:1)"}},
		{"raises when it is imported", one("raise RuntimeError('top')\n"), map[string]string{a + "test_call": "missing: RuntimeError: top (double.py:1)"}},
		{"sys.exit(0) when it is imported", one("import sys\nsys.exit(0)\n"), map[string]string{a + "test_call": "missing: SystemExit: 0 (double.py:2)"}},
		{"sys.exit(0) in a test", one("import sys\ndef double(x): sys.exit(0)\n"), map[string]string{a + "test_call": "failed: SystemExit: 0"}},
		{"KeyboardInterrupt", one("def double(x): raise KeyboardInterrupt\n"), map[string]string{a + "test_call": "missing: exit status 2"}},
		{"pytest.exit", one("import pytest\ndef double(x): pytest.exit('enough')\n"), map[string]string{a + "test_call": "missing: exit status 2"}},
		{"pytest.skip", one("import pytest\ndef double(x): pytest.skip('no idea')\n"), map[string]string{a + "test_call": "missing: skipped: no idea", "units/units.test_b.test_other": "passed: "}},
		{"pytest.xfail", one("import pytest\ndef double(x): pytest.xfail('no idea')\n"), map[string]string{a + "test_call": "missing: skipped: no idea"}},
		{"recursion", one("def double(x): return double(x)\n"), map[string]string{a + "test_call": "failed: RecursionError"}},
		{"a segmentation fault", one("import os\ndef double(x): os.kill(os.getpid(), 11)\n"), map[string]string{a + "test_call": "missing: SIGSEGV"}},
		{"closes standard output", one("import os\ndef double(x):\n    try: os.close(1)\n    except OSError: pass\n    return 2 * x\n"), map[string]string{a + "test_call": "passed: "}},
		{"closes sys.stdout", one("import sys\ndef double(x):\n    sys.stdout.close()\n    return 2 * x\n"), map[string]string{a + "test_call": "failed: I/O operation on closed file"}},
		{"closes sys.__stdout__", one("import sys\ndef double(x):\n    sys.__stdout__.close()\n    return 2 * x\n"), map[string]string{a + "test_call": "missing: exit status 1"}},
	})
}

// inC returns an assignment with tests in C or C++, from their source, their command and the right
// submission.
func inC(compiler, suffix, libraries, run, report, source, right string) files {
	return files{
		"assignment.yaml": fmt.Sprintf("title: T\nsolution: solution/\nlimits: {time: 30s, memory: 1GiB, disk: 256MiB}\nbuild:\n  - {run: %q}\ntests:\n  - name: units\n    needs: [t.%s]\n    compile: %q\n    run: %q\n    report: %s\n    points: 4\n",
			compiler+" -c twice."+suffix, suffix, fmt.Sprintf("%s -w -o $TEST_OUT/t $NEEDS/t.%s $ARTEFACTS/twice.o %s", compiler, suffix, libraries), run, report),
		"t." + suffix: source, "solution/twice." + suffix: right,
	}
}

func TestFailuresOfGoogleTest(t *testing.T) {
	t.Parallel()
	need(t, "g++")
	p := pin(t, inC("g++", "cc", "$GTEST", "$TEST_OUT/t --gtest_output=xml:$REPORTS/r.xml", "junit", `
#include <gtest/gtest.h>
#include <cstdlib>
int twice(int);
TEST(Plain, call) { EXPECT_EQ(twice(3), 6); }
TEST(Plain, skips) { if (twice(3) != 6) GTEST_SKIP() << "no use"; }
class Before : public testing::Test { public: static void SetUpTestSuite() { ASSERT_EQ(twice(4), 8) << "set-up"; } };
TEST_F(Before, a) {}
class Behind : public testing::Test { public: static void TearDownTestSuite() { EXPECT_EQ(twice(5), 10) << "clean-up"; } };
TEST_F(Behind, a) {}
class Fixture : public testing::Test { protected: void SetUp() override { ASSERT_EQ(twice(6), 12); } };
TEST_F(Fixture, a) {}
template <class T> class Typed : public testing::Test {};
using Types = testing::Types<int, char>;
TYPED_TEST_SUITE(Typed, Types);
TYPED_TEST(Typed, t) { EXPECT_EQ(twice(sizeof(TypeParam)), 2 * sizeof(TypeParam)); }
class Many : public testing::TestWithParam<int> {};
TEST_P(Many, p) { EXPECT_EQ(twice(GetParam()), 2 * GetParam()); }
INSTANTIATE_TEST_SUITE_P(All, Many, testing::Values(1, 7));
TEST(Death, dies) { EXPECT_EXIT(exit(twice(2)), testing::ExitedWithCode(4), ""); }
struct World : testing::Environment { void SetUp() override { ASSERT_EQ(twice(8), 16) << "the world"; } };
auto *world = testing::AddGlobalTestEnvironment(new World);
`, "int twice(int i) { return 2 * i; }\n"))
	needVariable(t, p.grader, "GTEST")
	but := func(n int) files {
		return files{"twice.cc": fmt.Sprintf("int twice(int i) { return i == %d ? 1 : 2 * i; }\n", n)}
	}
	p.tryShapes(t, []shape{
		{"wrong", but(3), map[string]string{"units/Plain.call": "failed: Expected equality", "units/Plain.skips": "missing: no use", "units/Before.a": "passed: "}},
		{"SetUpTestSuite fails", but(4), map[string]string{"units/Before.a": "missing: skipped: SetUpTestSuite of Before failed: $NEEDS/t.cc:7: Failure\nExpected equality", "units/Plain.call": "passed: "}},
		{"TearDownTestSuite fails", but(5), map[string]string{"units/Behind.a": "passed: ", "units": "failed: every case passed, and something outside of them failed: Behind: SetUpTestSuite or TearDownTestSuite: exit status 1"}},
		{"the fixture's SetUp fails", but(6), map[string]string{"units/Fixture.a": "failed: Expected equality"}},
		{"a type and a parameter", but(1), map[string]string{"units/Typed/1.t": "failed: Expected equality", "units/All/Many.p/0": "failed: Expected equality", "units/All/Many.p/1": "passed: "}},
		{"a death test", but(2), map[string]string{"units/Death.dies": "failed: died but not with expected exit code"}},
		{"the environment fails", but(8), map[string]string{"units/Plain.call": "missing: the world"}},
		{"crashes in the middle", files{"twice.cc": "int twice(int i) { return i == 6 ? *(volatile int *)0 : 2 * i; }\n"}, map[string]string{"units/Plain.call": "missing: SIGSEGV"}},
		{"crashes at its end", files{"twice.cc": "#include <unistd.h>\nstruct Last { int first = getpid(); ~Last() { if (getpid() == first) __builtin_trap(); } } last;\nint twice(int i) { return 2 * i; }\n"}, map[string]string{"units/Plain.call": "passed: ", "units": "failed: every case passed, and something outside of them failed: ended by SIGILL"}},
		{"closes standard output", files{"twice.cc": "#include <cstdio>\nint twice(int i) { if (i == 6) fclose(stdout); return 2 * i; }\n"}, map[string]string{"units/Plain.call": "passed: ", "units/Death.dies": "passed: "}},
	})
}

func TestFailuresOfCmocka(t *testing.T) {
	t.Parallel()
	need(t, "gcc")
	p := pin(t, inC("gcc", "c", "$CMOCKA", "CMOCKA_MESSAGE_OUTPUT=xml CMOCKA_XML_FILE=$REPORTS/%g.xml $TEST_OUT/t", "junit", `
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
int twice(int);
static void call(void **s) { assert_int_equal(twice(3), 6); }
static void nothing(void **s) {}
static int check4(void **s) { return twice(4) == 8 ? 0 : -1; }
static int check5(void **s) { return twice(5) == 10 ? 0 : -1; }
static int check6(void **s) { return twice(6) == 12 ? 0 : -1; }
static int check7(void **s) { return twice(7) == 14 ? 0 : -1; }
static int check8(void **s) { assert_int_equal(twice(8), 16); return 0; }
int main(void) {
    const struct CMUnitTest one[] = {cmocka_unit_test(call), cmocka_unit_test_setup_teardown(nothing, check4, check8)};
    const struct CMUnitTest two[] = {cmocka_unit_test_teardown(nothing, check5), cmocka_unit_test(call)};
    int failed = cmocka_run_group_tests_name("one", one, check6, check7);
    return failed + cmocka_run_group_tests_name("two", two, NULL, NULL);
}
`, "int twice(int i) { return 2 * i; }\n"))
	needVariable(t, p.grader, "CMOCKA")
	but := func(n int) files {
		return files{"twice.c": fmt.Sprintf("int twice(int i) { return i == %d ? 1 : 2 * i; }\n", n)}
	}
	p.tryShapes(t, []shape{
		{"wrong", but(3), map[string]string{"units/one.call": "failed: 0x1 != 0x6", "units/one.nothing": "passed: "}},
		{"the set-up fails", but(4), map[string]string{"units/one.nothing": "failed: Test setup failed", "units/one.call": "passed: "}},
		{"the clean-up fails", but(5), map[string]string{"units/two.nothing": "failed: Test teardown failed"}},
		{"an assertion of the clean-up fails", but(8), map[string]string{"units/one.nothing": "failed: 0x1 != 0x10"}},
		{"the clean-up of the group fails, which cmocka only prints", but(7), map[string]string{"units/one.call": "passed: "}},
	})
}
