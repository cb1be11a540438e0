package grade

import (
	"testing"

	"github.com/grader/grader/runner/grade/report"
)

func TestPhrase(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ message, output, want string }{
		"null message, and a printed trace": {
			"null",
			"java.lang.IllegalStateException: printed\n\tat Main.go(Main.java:3)\n",
			"null",
		},
		"null message": {
			"null",
			"java.lang.IllegalStateException\n\tat Main.go(Main.java:3)\n",
			"java.lang.IllegalStateException (Main.java:3)",
		},
		"null pointer": {
			`Cannot invoke "String.length()" because "<local1>" is null`,
			"java.lang.NullPointerException: Cannot invoke \"String.length()\" because \"<local1>\" is null\n\tat java.base/java.util.Objects.x(Objects.java:2)\n\tat Roman.of(Roman.java:32)\n\tat RomanTest.adds(RomanTest.java:9)\n",
			`java.lang.NullPointerException: Cannot invoke "String.length()" because "<local1>" is null (Roman.java:32)`,
		},
		"without a message":   {"java.lang.StackOverflowError", "java.lang.StackOverflowError\n\tat Roman.of(Roman.java:3)\n\tat Roman.of(Roman.java:3)\n", "java.lang.StackOverflowError (Roman.java:3)"},
		"own class":           {"12", "shop.Cart$Full: 12\n\tat shop.Cart.add(Cart.java:7)\n", "shop.Cart$Full: 12 (Cart.java:7)"},
		"only platform":       {"x", "java.lang.Error: x\n\tat java.base/java.util.List.of(List.java:7)\n", "java.lang.Error: x"},
		"assertion":           {"expected: <1> but was: <2>", "org.opentest4j.AssertionFailedError: expected: <1> but was: <2>\n\tat RomanTest.adds(RomanTest.java:9)\n", "expected: <1> but was: <2>"},
		"assertion, JUnit 4":  {"expected:<[a]> but was:<[b]>", "org.junit.ComparisonFailure: expected:<[a]> but was:<[b]>\n\tat RomanTest.adds(RomanTest.java:9)\n", "expected:<[a]> but was:<[b]>"},
		"own words of a test": {"adds: 3", "java.lang.Error: x\n\tat Roman.of(Roman.java:3)\n", "adds: 3"},
		"library of Python":   {"collection failure", "$NEEDS/test_a.py:1: in <module>\n    from roman import roman\nroman.py:1: in <module>\n    input()\n/usr/lib/python3/capture.py:192: in read\nE   OSError: pytest: reading from stdin\n", "collection failure: OSError: pytest: reading from stdin (roman.py:1)"},
	} {
		if got := phrase(&report.Case{Message: test.message, Output: test.output}); got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}
