package store

import (
	"testing"

	"github.com/grader/grader/schema"
)

// TestSummaryScansLikeJSON compares summaries scanned by one function with the results that they were made from. Tests
// with equal texts share one decoding, and tests that differ in any field must not.
func TestSummaryScansLikeJSON(t *testing.T) {
	t.Parallel()
	test := func(o schema.Outcome, score int64, v schema.Visibility, unpinned bool) schema.TestResult {
		return schema.TestResult{Outcome: o, Score: schema.NewPoints(score, 3), MaxScore: schema.NewPoints(1, 1), Visible: v, Unpinned: unpinned}
	}
	one := []schema.TestResult{test("passed", 3, "always", false), test("passed", 3, "always", false), test("partial", 1, "always", false)}
	two := []schema.TestResult{test("passed", 3, "after_due", false), test("partial", 1, "always", true), test("failed", 0, "never", false), test("passed", 3, "always", false)}
	known := make(map[string]schema.TestResult)
	for _, want := range []schema.Result{{Outcome: schema.OutcomeGraded, Tests: one}, {Outcome: schema.OutcomeGraded, Tests: two}, {Outcome: schema.OutcomeCompileError, Tests: []schema.TestResult{}}, {}} {
		text := ok(encode(want))(t)
		got, alone := storedResult{tests: known}, storedResult{}
		check(t, got.Scan(text))
		check(t, alone.Scan(text))
		equal(t, *got.result, want)
		equal(t, *got.result, *alone.result)
	}
	missing := storedResult{tests: known}
	check(t, missing.Scan(nil))
	equal(t, missing.result, (*schema.Result)(nil))
	for _, bad := range []string{`{"outcome": "graded", "tests": [7]}`, `{"tests": 7}`, `{`} {
		damaged := storedResult{tests: known}
		check(t, damaged.Scan(bad))
		if damaged.err == nil {
			t.Errorf("%s has no error", bad)
		}
		equal(t, *damaged.result, schema.Result{})
	}
}
