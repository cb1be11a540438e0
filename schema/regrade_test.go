package schema_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/schema"
)

func TestChanges(t *testing.T) {
	t.Parallel()
	test := func(name string, o schema.Outcome, score, most int64) schema.TestResult {
		return schema.TestResult{Name: name, Outcome: o, Score: schema.NewPoints(score, 2), MaxScore: schema.NewPoints(most, 1)}
	}
	of := func(all ...schema.TestResult) schema.Result { return schema.Result{Tests: all} }
	passed, failed := schema.OutcomePassed, schema.OutcomeFailed
	for name, c := range map[string]struct {
		before, after schema.Result
		want          []schema.CaseChange
	}{
		"nothing":        {of(test("a", passed, 4, 2)), of(test("a", passed, 4, 2)), nil},
		"another result": {of(test("a", failed, 0, 2)), of(test("a", passed, 4, 2)), []schema.CaseChange{{Name: "a", Before: failed, After: passed}}},
		"another maximum": {of(test("a", failed, 0, 2)), of(test("a", failed, 0, 3)), []schema.CaseChange{{Name: "a", Before: failed, After: failed,
			BeforePoints: &schema.CasePoints{Score: "0", MaxScore: "2"}, AfterPoints: &schema.CasePoints{Score: "0", MaxScore: "3"}}}},
		"other points": {of(test("a", failed, 1, 2)), of(test("a", failed, 3, 2)), []schema.CaseChange{{Name: "a", Before: failed, After: failed,
			BeforePoints: &schema.CasePoints{Score: "0.5", MaxScore: "2"}, AfterPoints: &schema.CasePoints{Score: "1.5", MaxScore: "2"}}}},
		"new and gone": {of(test("a", passed, 4, 2)), of(test("b", failed, 0, 2)), []schema.CaseChange{{Name: "b", After: failed}, {Name: "a", Before: passed}}},
	} {
		if diff := cmp.Diff(c.want, c.after.Changes(c.before)); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
}

func TestCasePointsInWords(t *testing.T) {
	t.Parallel()
	var none *schema.CasePoints
	if got := none.String() + (&schema.CasePoints{Score: "0.333333", MaxScore: "2"}).String(); got != " 0.33/2" {
		t.Errorf("%q", got)
	}
}
