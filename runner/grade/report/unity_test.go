package report

import "testing"

func TestUnity(t *testing.T) {
	t.Parallel()
	checkReadings(t, readUnity, []readingCase{
		{"as documented", "test/a.c:12:test_adds:PASS\ntest/a.c:20:test_removes:FAIL: Expected 1 Was 2\na.c:9:test_later:IGNORE\n-----\n3 Tests 1 Failures 1 Ignored\nFAIL\n",
			"test_adds passed\ntest_removes failed \"Expected 1 Was 2\"\ntest_later skipped\n"},
		{"colons and what Unity adds", "C:\\t\\a.c:12:test_clock(\"10:30\", 3):PASS\na.c:7:TEST(List, adds):FAIL: Expected 'a:1:b:PASS' Was 'c'\nsays 1:2:3a.c:9:test_x:PASS (12 ms)\na.c:9:test_y:FAIL (1 ms)\na.c:1:test_z:INFO: hello\n",
			"test_clock(\"10:30\", 3) passed\nTEST(List, adds) failed \"Expected 'a:1:b:PASS' Was 'c'\"\ntest_x passed\ntest_y failed\n"},
		{"letters that Unity escapes", `a.c:1:test_gr\xC3\xB6\xC3\x9Fe:FAIL: Was '\x1B\xFF\xE2\x82\xAC\n'` + "\n", `test_größe failed "Was '\\x1B\\xFF\\xE2\\x82\\xAC\\n'"` + "\n"},
	})
}
