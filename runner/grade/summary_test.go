package grade

import "testing"

func TestSummaryOf(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		output string
		want   summary
	}{
		"pytest":              {"======= 2 failed, 3 passed, 1 skipped, 2 warnings in 0.12s =======\n", summary{stands: 1, passed: 3}},
		"pytest, all fail":    {"==== 1 failed in 61.02s (0:01:01) ====\n", summary{stands: 1, passed: 0}},
		"pytest -q":           {"....\n4 passed in 0.01s\n", summary{stands: 1, passed: 4}},
		"pytest, none":        {"===== no tests ran in 0.00s =====\n", summary{stands: 1, passed: 0}},
		"pytest, in colour":   {"\x1b[32m==== \x1b[32m\x1b[1m2 passed\x1b[0m\x1b[32m in 0.01s\x1b[0m\x1b[32m ====\x1b[0m\n", summary{stands: 1, passed: 2}},
		"pytest, xpassed":     {"==== 1 passed, 1 xpassed in 0.01s ====\n", summary{stands: 1, passed: 2}},
		"pytest, subtests":    {"== 1 failed, 6 passed, 1 error, 6 subtests passed in 0.08s ==\n", summary{stands: 1, passed: 6}},
		"pytest, rerun":       {"1 failed, 2 passed, 3 rerun in 0.02s\n", summary{stands: 1, passed: 2}},
		"GoogleTest, cut off": {"[==========] Running 4 tests from 1 test suite.\n[ RUN      ] A.c\n", summary{begun: true}},
		"JUnit":               {"[         3 tests found           ]\n[         2 tests successful      ]\n[         1 tests failed          ]\n", summary{stands: 1, passed: 2}},
		"GoogleTest":          {"[==========] 2 tests ran.\n[  PASSED  ] 1 test.\n[  FAILED  ] 1 test, listed below:\n", summary{stands: 1, passed: 1}},
		"Unity":               {"t.c:1:a:PASS\n-----------------------\n5 Tests 1 Failures 1 Ignored \nFAIL\n", summary{stands: 1, passed: 3}},
		"twice":               {"[  PASSED  ] 9 tests.\n[  PASSED  ] 1 test.\n", summary{stands: 2, passed: 1}},
		"nothing of the kind": {"3 passed the exam in 2s or so\n5 apples in 3s\n", summary{}},
		"a silly number":      {"[  PASSED  ] 99999999999999999999 tests.\n", summary{stands: 1, passed: 0}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := summaryOf([]byte(test.output)); got != test.want {
				t.Errorf("%+v, want %+v", got, test.want)
			}
		})
	}
}
