package grade_test

import (
	"fmt"
	"testing"
)

// naming returns a C assignment with cmocka tests. If keep is set, the submission's object exports
// only the required function, because cmocka would otherwise use its strcmp.
func naming(keep bool) files {
	object := "$ARTEFACTS/name.o"
	local := ""
	if keep {
		object, local = "$TEST_OUT/name.o", "objcopy --keep-global-symbol=name $ARTEFACTS/name.o $TEST_OUT/name.o; "
	}
	return files{
		"assignment.yaml": fmt.Sprintf(`
title: Names
limits: {time: 10s, memory: 256MiB}
solution: solution/
build: [{run: "gcc -c name.c"}]
tests:
  - name: units
    needs: [t.c]
    compile: "%sgcc -w -o $TEST_OUT/t $NEEDS/t.c %s $CMOCKA"
    run: CMOCKA_MESSAGE_OUTPUT=xml CMOCKA_XML_FILE=$REPORTS/units.xml $TEST_OUT/t
    report: junit
    points: 2
`, local, object),
		"t.c":             "#include <stdarg.h>\n#include <stddef.h>\n#include <setjmp.h>\n#include <stdint.h>\n#include <cmocka.h>\nconst char *name(int);\nstatic void one(void **s) { assert_string_equal(name(1), \"one\"); }\nstatic void two(void **s) { assert_string_equal(name(2), \"two\"); }\nint main(void) { const struct CMUnitTest t[] = {cmocka_unit_test(one), cmocka_unit_test(two)}; return cmocka_run_group_tests(t, NULL, NULL); }\n",
		"solution/name.c": "const char *name(int i) { return i == 1 ? \"one\" : \"two\"; }\n",
	}
}

const cReport = `<testsuites><testsuite name='t' time='0.0' tests='2' failures='0' errors='0' skipped='0'><testcase name='one' time='0.0'/><testcase name='two' time='0.0'/></testsuite></testsuites>`

// preload restarts the program with a shared object of its own before the framework's. The submission has no
// such object, but a build could leave one in the test's directory.
const preload = `#include <stdlib.h>
#include <unistd.h>
extern char **environ;
__attribute__((constructor)) static void again(void) {
    if (getenv("LD_PRELOAD") == NULL) {
        setenv("LD_PRELOAD", "./name.o", 1);
        char *argv[] = {"t", NULL};
        execve("/proc/self/exe", argv, environ);
    }
}`

func TestForgingCmocka(t *testing.T) {
	t.Parallel()
	need(t, "gcc", "objcopy")
	needVariable(t, newGrader(t), "CMOCKA")
	const wrong = "\nconst char *name(int i) { return \"none\"; }\n"
	strcmp := files{"name.c": "int strcmp(const char *a, const char *b) { return 0; }" + wrong}
	plant := "#include <stdio.h>\n#include <stdlib.h>\n#include <unistd.h>\nstatic void plant(void) { char n[999]; snprintf(n, sizeof n, \"%s/units.xml\", getenv(\"REPORTS\")); FILE *f = fopen(n, \"w\"); fputs(\"" + cReport + "\", f); fclose(f); }\n"
	right := files{"name.c": naming(false)["solution/name.c"]}
	t.Run("linked as it is", func(t *testing.T) {
		pin(t, naming(false)).try(t, "2", right, []forgery{
			{name: "a strcmp of its own", files: strcmp, score: "2"}, // undetectable: see docs/writing-tests.md
		})
	})
	t.Run("linked with what was asked for", func(t *testing.T) {
		pin(t, naming(true)).try(t, "2", right, []forgery{
			{name: "a strcmp of its own", files: strcmp},
			{name: "_exit(0) in a constructor", files: files{"name.c": "#include <unistd.h>\n__attribute__((constructor)) static void go(void) { _exit(0); }" + wrong}, evident: "2 pinned cases are missing"},
			{name: "exit(0) in a test", files: files{"name.c": "#include <stdlib.h>\nconst char *name(int i) { exit(0); }\n"}, evident: "2 pinned cases are missing"},
			{name: "writes the report once more at its end", files: files{"name.c": plant + "__attribute__((destructor)) static void again(void) { plant(); }" + wrong}, score: "2", evident: "units.xml was written 2 times"},
			{name: "an exit, _exit and __libc_start_main of its own", files: files{"name.c": "#include <stdlib.h>\nvoid exit(int s) { _Exit(0); }\nvoid _exit(int s) { _Exit(0); }\nint __libc_start_main(void) { _Exit(0); }" + wrong}},
			{name: "starts itself once more with LD_PRELOAD", files: files{"name.c": preload + wrong}},
			{name: "replaces the framework's longjmp and its own test at run time", files: files{"name.c": "#include <setjmp.h>\n#include <string.h>\nvoid longjmp(jmp_buf b, int v) { __builtin_unreachable(); }\nint _cmocka_run_group_tests(void) { return 0; }\nvoid _assert_string_equal(void) { }" + wrong}},
		})
	})
}

// counting is the same in C++, with GoogleTest.
var counting = files{
	"assignment.yaml": `
title: Counting
limits: {time: 20s, memory: 512MiB}
solution: solution/
build: [{run: "g++ -c next.cc"}]
tests:
  - name: units
    needs: [t.cc]
    compile: "g++ -o $TEST_OUT/t $NEEDS/t.cc $ARTEFACTS/next.o $GTEST"
    run: $TEST_OUT/t --gtest_output=xml:$REPORTS/units.xml
    report: junit
    points: 2
`,
	"t.cc":             "#include <gtest/gtest.h>\nint next(int);\nTEST(Next, one) { EXPECT_EQ(next(1), 2); }\nTEST(Next, two) { EXPECT_EQ(next(2), 3); }\n",
	"solution/next.cc": "int next(int i) { return i + 1; }\n",
}

const gtestReport = `<testsuites tests='2' failures='0' disabled='0' errors='0'><testsuite name='Next' tests='2' failures='0' disabled='0' skipped='0' errors='0'>` +
	`<testcase name='one' status='run' result='completed' classname='Next'/><testcase name='two' status='run' result='completed' classname='Next'/></testsuite></testsuites>`

// gtestListener replaces the functions with which GoogleTest writes its report, before main.
const gtestListener = `#include <gtest/gtest.h>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <unistd.h>
struct Forger : testing::EmptyTestEventListener {
    void OnTestProgramEnd(const testing::UnitTest &) override {
        FILE *f = fopen((std::string(getenv("REPORTS")) + "/units.xml").c_str(), "w");
        fputs("` + gtestReport + `", f);
        fclose(f);
        puts("[  PASSED  ] 2 tests.");
        fflush(stdout);
        _exit(0);
    }
};
static bool replaced = [] {
    auto &all = testing::UnitTest::GetInstance()->listeners();
    delete all.Release(all.default_result_printer());
    all.Append(new Forger);
    return true;
}();`

func TestForgingGoogleTest(t *testing.T) {
	t.Parallel()
	need(t, "g++")
	needVariable(t, newGrader(t), "GTEST")
	const wrong = "\nint next(int i) { return i; }\n"
	plant := "#include <cstdio>\n#include <cstdlib>\n#include <string>\n#include <unistd.h>\nstatic void plant() { FILE *f = fopen((std::string(getenv(\"REPORTS\")) + \"/units.xml\").c_str(), \"w\"); fputs(\"" + gtestReport + "\", f); fclose(f); }\n"
	pin(t, counting).try(t, "2", files{"next.cc": counting["solution/next.cc"]}, []forgery{
		{name: "_exit(0) before main", files: files{"next.cc": "#include <unistd.h>\nstatic int gone = (_exit(0), 0);" + wrong}, evident: "2 pinned cases are missing"},
		{name: "plants the report before main and is gone", files: files{"next.cc": plant + "static int gone = (plant(), _exit(0), 0);" + wrong}, score: "2", evident: "closing words are missing"},
		{name: "writes the report once more at its end", files: files{"next.cc": plant + "struct Again { ~Again() { plant(); } } again;" + wrong}, score: "2", evident: "every case of the report passed, and yet: exit status 1"},
		{name: "takes the listeners away and prints for them", files: files{"next.cc": gtestListener + wrong}, score: "2", evident: "units.xml was written 2 times"},
		{name: "defines the framework's inline functions", score: "2", files: files{ // undetectable: see docs/writing-tests.md
			"next.cc": "namespace testing { class AssertionResult { public: operator bool() const; }; AssertionResult::operator bool() const { return true; } }" + wrong,
		}},
		{name: "prints the markers", files: files{"next.cc": "#include <cstdio>\nstatic int printed = puts(\"[  PASSED  ] 2 tests.\");" + wrong}, evident: "closing words stand 2 times"},
	})
}

// unity prints like ThrowTheSwitch's Unity. Its closing words are the only part that a forger may forget.
var unity = files{
	"assignment.yaml": `
title: Counting
limits: {time: 10s, memory: 256MiB}
solution: solution/
build: [{run: "gcc -c next.c"}]
tests:
  - name: units
    needs: [t.c]
    compile: "gcc -o $TEST_OUT/t $NEEDS/t.c $ARTEFACTS/next.o"
    run: $TEST_OUT/t
    report: unity
    points: 2
`,
	"t.c":             "#include <stdio.h>\nint next(int);\nstatic int bad;\nstatic void expect(const char *name, int ok) { bad += !ok; printf(\"t.c:1:%s:%s\\n\", name, ok ? \"PASS\" : \"FAIL: no\"); }\nint main(void) { expect(\"one\", next(1) == 2); expect(\"two\", next(2) == 3); printf(\"\\n-----------------------\\n2 Tests %d Failures 0 Ignored \\n%s\\n\", bad, bad ? \"FAIL\" : \"OK\"); return bad; }\n",
	"solution/next.c": "int next(int i) { return i + 1; }\n",
}

func TestForgingUnity(t *testing.T) {
	t.Parallel()
	need(t, "gcc")
	const wrong = "\nint next(int i) { return i; }\n"
	printing := func(more string) files {
		return files{"next.c": "#include <stdio.h>\n#include <unistd.h>\n__attribute__((constructor)) static void forge(void) { puts(\"t.c:1:one:PASS\\nt.c:2:two:PASS\"); fflush(stdout); " + more + " }" + wrong}
	}
	pin(t, unity).try(t, "2", files{"next.c": unity["solution/next.c"]}, []forgery{
		{name: "prints the markers too", files: printing(""), evident: "2 names stand more than once in the report"},
		{name: "prints the markers and is gone", files: printing("_exit(0);"), score: "2", evident: "closing words are missing"},
	})
}
