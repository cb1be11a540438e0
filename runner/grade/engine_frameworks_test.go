package grade_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/runner/grade"
	"github.com/grader/grader/schema"
)

// framework describes the use of one unit test framework for C or C++: two tests of a function
// twice(int), named doubles and zero.
type framework struct {
	variable      string // "": no need of one
	source        string
	compile, run  string
	report        string
	doubles, zero string // names of the two cases
	suffix        string // of the student's file
}

func frameworks() map[string]framework {
	return map[string]framework{
		"cmocka": {
			variable: "CMOCKA", suffix: "c", report: "junit", doubles: "t.doubles", zero: "t.zero",
			source:  "#include <stdarg.h>\n#include <stddef.h>\n#include <setjmp.h>\n#include <stdint.h>\n#include <cmocka.h>\nint twice(int);\nstatic void doubles(void **s) { assert_int_equal(twice(3), 6); }\nstatic void zero(void **s) { assert_int_equal(twice(0), 0); }\nint main(void) { const struct CMUnitTest t[] = {cmocka_unit_test(doubles), cmocka_unit_test(zero)}; return cmocka_run_group_tests(t, NULL, NULL); }\n",
			compile: "gcc -w -o $TEST_OUT/t $NEEDS/t.c $ARTEFACTS/twice.o $CMOCKA",
			run:     "CMOCKA_MESSAGE_OUTPUT=xml CMOCKA_XML_FILE=$REPORTS/r.xml $TEST_OUT/t",
		},
		"check": {
			variable: "CHECK", suffix: "c", report: "tap", doubles: "$NEEDS/t.c:s:doubles", zero: "$NEEDS/t.c:s:zero",
			source:  "#include <check.h>\n#include <stdlib.h>\nint twice(int);\nSTART_TEST(doubles) { ck_assert_int_eq(twice(3), 6); } END_TEST\nSTART_TEST(zero) { ck_assert_int_eq(twice(0), 0); } END_TEST\nint main(void) { Suite *s = suite_create(\"s\"); TCase *c = tcase_create(\"s\"); tcase_add_test(c, doubles); tcase_add_test(c, zero); suite_add_tcase(s, c); SRunner *r = srunner_create(s); srunner_set_tap(r, \"-\"); srunner_run_all(r, CK_SILENT); return srunner_ntests_failed(r); }\n",
			compile: "gcc -w -o $TEST_OUT/t $NEEDS/t.c $ARTEFACTS/twice.o $CHECK",
			run:     "CK_FORK=no $TEST_OUT/t",
		},
		"tap by hand": {
			suffix: "c", report: "tap", doubles: "doubles", zero: "zero",
			source:  "#include <stdio.h>\nint twice(int);\nint main(void) { printf(\"1..2\\n%s 1 - doubles\\n\", twice(3) == 6 ? \"ok\" : \"not ok\"); printf(\"%s 2 - zero\\n\", twice(0) == 0 ? \"ok\" : \"not ok\"); }\n",
			compile: "gcc -w -o $TEST_OUT/t $NEEDS/t.c $ARTEFACTS/twice.o",
			run:     "$TEST_OUT/t",
		},
		"unity by hand": {
			suffix: "c", report: "unity", doubles: "doubles", zero: "zero",
			source:  "#include <stdio.h>\nint twice(int);\nint main(void) { int a = twice(3) == 6, b = twice(0) == 0; printf(\"t.c:1:doubles:%s\\nt.c:2:zero:%s\\n\", a ? \"PASS\" : \"FAIL: no\", b ? \"PASS\" : \"FAIL: no\"); return 2 - a - b; }\n",
			compile: "gcc -w -o $TEST_OUT/t $NEEDS/t.c $ARTEFACTS/twice.o",
			run:     "$TEST_OUT/t",
		},
		"GoogleTest": {
			variable: "GTEST", suffix: "cc", report: "junit", doubles: "Twice.doubles", zero: "Twice.zero",
			source:  "#include <gtest/gtest.h>\nint twice(int);\nTEST(Twice, doubles) { EXPECT_EQ(twice(3), 6); }\nTEST(Twice, zero) { EXPECT_EQ(twice(0), 0); }\n",
			compile: "g++ -o $TEST_OUT/t $NEEDS/t.cc $ARTEFACTS/twice.o $GTEST",
			run:     "$TEST_OUT/t --gtest_output=xml:$REPORTS/",
		},
	}
}

func TestFrameworks(t *testing.T) {
	t.Parallel()
	need(t, "gcc", "g++")
	g := newGrader(t)
	for name, f := range frameworks() {
		t.Run(name, func(t *testing.T) {
			if f.variable != "" {
				needVariable(t, g, f.variable)
			}
			compiler := map[string]string{"c": "gcc", "cc": "g++"}[f.suffix]
			all := files{
				"assignment.yaml": fmt.Sprintf("title: T\nsolution: solution/\nlimits: {time: 30s, memory: 1GiB, disk: 256MiB}\nbuild:\n  - {run: %q}\ntests:\n  - name: units\n    needs: [t.%s]\n    compile: %q\n    run: %q\n    report: %s\n    points: 4\n",
					compiler+" -c twice."+f.suffix, f.suffix, f.compile, f.run, f.report),
				"t." + f.suffix:                f.source,
				"solution/twice." + f.suffix:   "int twice(int i) { return 2 * i; }\n",
				"unrelated/expected_output.md": "secret",
			}
			tests := all.write(t)
			pins, err := g.PinsOf(context.Background(), grade.Job{Tests: tests, Zone: time.UTC})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]string{f.doubles, f.zero}, pins.Tests["units"]); diff != "" {
				t.Fatal(diff)
			}
			submit := func(body string) schema.Result {
				r, err := g.Grade(context.Background(), grade.Job{Kind: schema.JobGrade, Tests: tests, Pins: &pins,
					Submission: files{"twice." + f.suffix: body}.write(t)}, nil)
				if err != nil {
					t.Fatal(err)
				}
				return r
			}
			r := submit("int twice(int i) { return i + i; }\n")
			points(t, r, "4", "4")
			if r.Tests[0].Tampering != "" {
				t.Errorf("tampering: %s", r.Tests[0].Tampering)
			}
			r = submit("int twice(int i) { return i * i; }\n")
			points(t, r, "2", "4")
			outcome(t, r, "units/"+f.doubles, schema.OutcomeFailed)
			r = submit("#include <stdlib.h>\nint twice(int i) { _Exit(0); }\n")
			points(t, r, "0", "4")
			if got := outcome(t, r, "units/"+f.zero, schema.OutcomeMissing); r.Tests[0].Tampering == "" {
				t.Errorf("no tampering: %+v", got)
			}
			r = submit("int twice(int i) { return *(volatile int *)0; }\n")
			points(t, r, "0", "4")
		})
	}
}

func TestFindings(t *testing.T) {
	t.Parallel()
	need(t, "python3")
	g := newGrader(t)
	tests := files{
		"assignment.yaml": `
title: T
tests:
  - {name: works, run: 'python3 a.py', stdout: hi, points: 4}
  - name: tidy
    needs: [lint.py]
    run: python3 $NEEDS/lint.py a.py
    report: sarif
    penalty: {points: 0.5, per: finding, max: 1}
`,
		"lint.py": `
import json, sys
lines = open(sys.argv[1]).read().split("\n")
if lines[0] == "# crash": sys.exit(2)
print(json.dumps({"version": "2.1.0", "runs": [{"results": [
    {"ruleId": "Todo", "message": {"text": "to do"}, "locations": [{"physicalLocation": {"artifactLocation": {"uri": sys.argv[1]}, "region": {"startLine": i + 1}}}]}
    for i, line in enumerate(lines) if "TODO" in line]}]}))
sys.exit(1)
`,
	}.write(t)
	for name, test := range map[string]struct {
		body, score, message string
		want                 schema.Outcome
	}{
		"clean":         {"print('hi')\n", "4", "", schema.OutcomePassed},
		"one finding":   {"print('hi') # TODO\n", "3.5", "1 finding: 0.5 points off", schema.OutcomeFailed},
		"many findings": {"print('hi') # TODO\n# TODO\n# TODO\n", "3", "3 findings: 1 points off", schema.OutcomeFailed},
		"never below 0": {"# TODO\n# TODO\n", "0", "2 findings: 1 points off", schema.OutcomeFailed},
		"no report":     {"# crash\nprint('hi')\n", "3", "no report: sarif: unexpected end of JSON input", schema.OutcomeMissing},
	} {
		t.Run(name, func(t *testing.T) {
			r := gradeFiles(t, g, tests, files{"a.py": test.body})
			points(t, r, test.score, "4")
			got := outcome(t, r, "tidy", test.want)
			if got.Message != test.message {
				t.Errorf("message %q, want %q", got.Message, test.message)
			}
			if test.want == schema.OutcomeFailed && !strings.Contains(got.Output, "a.py:1: to do (Todo)") {
				t.Errorf("output %q", got.Output)
			}
		})
	}
}
