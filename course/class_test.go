package course_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// classRow returns a student whose graded submission has that score of 10; a negative score means
// no submission.
func classRow(login string, score int64) schema.ClassRow {
	r := schema.ClassRow{Login: login, Name: "Name of " + login}
	if score >= 0 {
		r.Pushes, r.Number, r.Job = 1, 1, int64(len(login)*100)+score
		r.Grade = schema.Grade{Number: 1, Score: points(score), MaxScore: points(10), Final: points(score), State: schema.TimelinessOnTime}
	}
	return r
}

func logins(c course.Class) []string {
	var all []string
	for _, s := range c.Students {
		all = append(all, s.Login)
	}
	return all
}

func TestClassIsFilteredSortedAndPaged(t *testing.T) {
	t.Parallel()
	late := classRow("dora", 4)
	late.Grade.State, late.Grade.Days, late.Section, late.Last = schema.TimelinessLate, 2, "Lab 2", time.Unix(9, 0)
	failed := schema.ClassRow{Login: "eve", Pushes: 3, Number: 3}
	gone := classRow("zoe", 10)
	gone.Dropped = true
	rows := []schema.ClassRow{classRow("ann", 10), classRow("bob", 0), classRow("cyd", -1), late, failed, gone}
	for name, one := range map[string]struct {
		q     course.ClassQuery
		want  []string
		found int
		page  int
	}{
		"everybody but who left":          {course.ClassQuery{Size: 9}, []string{"ann", "bob", "cyd", "dora", "eve"}, 5, 1},
		"nothing pushed":                  {course.ClassQuery{Size: 9, Show: course.ClassMissing}, []string{"cyd"}, 1, 1},
		"nothing counts":                  {course.ClassQuery{Size: 9, Show: course.ClassNone}, []string{"eve"}, 1, 1},
		"not all points":                  {course.ClassQuery{Size: 9, Show: course.ClassFailing}, []string{"bob", "dora"}, 2, 1},
		"late":                            {course.ClassQuery{Size: 9, Show: course.ClassLate}, []string{"dora"}, 1, 1},
		"by score, none before 0":         {course.ClassQuery{Size: 9, Sort: course.SortScore}, []string{"cyd", "eve", "bob", "dora", "ann"}, 5, 1},
		"by score, the other way round":   {course.ClassQuery{Size: 9, Sort: course.SortScore, Down: true}, []string{"ann", "dora", "bob", "cyd", "eve"}, 5, 1},
		"found by section":                {course.ClassQuery{Size: 9, Find: " LAB 2"}, []string{"dora"}, 1, 1},
		"found by name":                   {course.ClassQuery{Size: 9, Find: "name of b"}, []string{"bob"}, 1, 1},
		"the second page":                 {course.ClassQuery{Size: 2, Page: 2}, []string{"cyd", "dora"}, 5, 2},
		"a page beyond the last":          {course.ClassQuery{Size: 2, Page: 99}, []string{"eve"}, 5, 3},
		"a page below the first":          {course.ClassQuery{Size: 2, Page: -1}, []string{"ann", "bob"}, 5, 1},
		"nobody is found":                 {course.ClassQuery{Size: 2, Find: "nobody"}, nil, 0, 1},
		"by the latest push, newest last": {course.ClassQuery{Size: 9, Sort: course.SortLast}, []string{"ann", "bob", "cyd", "eve", "dora"}, 5, 1},
	} {
		c := course.NewClass(rows, nil, nil, one.q)
		if diff := cmp.Diff(one.want, logins(c)); diff != "" || c.Found.Sum() != one.found || c.Page != one.page {
			t.Errorf("%s: found %d, page %d: %s", name, c.Found.Sum(), c.Page, diff)
		}
		if c.Enrolled != 5 || c.Missing != 1 || c.Counted != 3 {
			t.Errorf("%s: %d enrolled, %d missing, %d counted", name, c.Enrolled, c.Missing, c.Counted)
		}
	}
}

func TestClassHistogram(t *testing.T) {
	t.Parallel()
	above := classRow("fay", 10)
	above.Grade.Final = points(12) // staff added two
	rows := []schema.ClassRow{classRow("a", 0), classRow("b", 1), classRow("c", 9), classRow("d", 10), above, classRow("e", -1)}
	var got []int
	for _, b := range course.NewClass(rows, nil, nil, course.ClassQuery{Size: 1}).Bins {
		got = append(got, b.Students)
	}
	if diff := cmp.Diff([]int{1, 1, 0, 0, 0, 0, 0, 0, 0, 3}, got); diff != "" {
		t.Error(diff)
	}
	if bins := course.NewClass([]schema.ClassRow{classRow("e", -1)}, nil, nil, course.ClassQuery{Size: 1}).Bins; bins != nil {
		t.Errorf("bins %v where nobody has points", bins)
	}
}

func TestClassCellsPutCasesTogether(t *testing.T) {
	t.Parallel()
	cells := course.ClassCells([]schema.CaseOutcome{
		{Name: "greets", Test: "greets", Outcome: schema.OutcomePassed, Score: points(2), MaxScore: points(2)},
		{Name: "numbers/1", Test: "numbers", Outcome: schema.OutcomePassed, Score: points(1), MaxScore: points(1)},
		{Name: "numbers/2", Test: "numbers", Outcome: schema.OutcomeCrashed, MaxScore: points(1)},
		{Name: "old", Outcome: schema.OutcomeNotRun, MaxScore: points(1)}, // from before results named their test
	})
	want := []course.ClassCell{
		{Test: "greets", Passed: 1, Cases: 1, Score: points(2), Max: points(2), Run: true},
		{Test: "numbers", Passed: 1, Cases: 2, Score: points(1), Max: points(2), Run: true},
		{Test: "old", Cases: 1, Max: points(1)},
	}
	if diff := cmp.Diff(want, cells); diff != "" {
		t.Error(diff)
	}
	ann, bob := classRow("ann", 3), classRow("bob", 3)
	ann.Job, bob.Job = 7, 8
	c := course.NewClass([]schema.ClassRow{ann, bob}, map[int64]course.ClassResult{7: {Cells: cells}, 8: {Cells: cells[:1]}}, nil, course.ClassQuery{Size: 9})
	if diff := cmp.Diff([]course.ClassTest{{Name: "greets", Of: 2, Passed: 2}, {Name: "numbers", Of: 1}, {Name: "old", Of: 1}}, c.Tests); diff != "" {
		t.Error(diff)
	}
	if got := c.Students[1].Cells; got[0] == nil || got[1] != nil || got[2] != nil {
		t.Errorf("cells of bob: %v", got)
	}
}
