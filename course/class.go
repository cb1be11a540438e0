package course

import (
	"cmp"
	"slices"
	"strings"

	"github.com/grader/grader/schema"
)

// ClassShow selects the students that a class lists.
type ClassShow string

// The choices.
const (
	ClassAll     ClassShow = ""
	ClassMissing ClassShow = "missing" // nothing pushed
	ClassFailing ClassShow = "failing" // not all points
	ClassLate    ClassShow = "late"    // the counting submission is late
	ClassNone    ClassShow = "none"    // pushed, but no submission counts
)

// ClassSort is the order of a class.
type ClassSort string

// The choices. The login breaks ties.
const (
	SortLogin   ClassSort = ""
	SortName    ClassSort = "name"
	SortSection ClassSort = "section"
	SortScore   ClassSort = "score"
	SortPushes  ClassSort = "pushes"
	SortLast    ClassSort = "last" // when the latest push was received
)

// ClassQuery selects a page of a class.
type ClassQuery struct {
	Show ClassShow
	Sort ClassSort
	Down bool   // descending
	Find string // in logins, names and sections
	Page int    // from 1
	Size int    // students on a page
}

// ClassCell is one student's result in one test of the assignment, over all of its cases.
type ClassCell struct {
	Test          string
	Passed, Cases int
	Score, Max    schema.Points
	Run           bool // some case was run
}

// Class is one page of a class, with figures for the whole class.
type Class struct {
	Tests    []ClassTest
	Students []ClassStudent // on the page
	Found    int            // students on all pages
	Page     int
	Pages    int
	Enrolled int
	Missing  int // of them without a push
	Counted  int // of them with a counting submission
	Bins     []ClassBin
	Max      schema.Points // of the assignment, as far as results show
}

// ClassStudent is one row of a class.
type ClassStudent struct {
	schema.ClassRow
	Cells []*ClassCell // in the order of Class.Tests; nil: the result has no such test
}

// ClassTest is one test of an assignment and how the class did in it.
type ClassTest struct {
	Name   string
	Of     int // results that have it
	Passed int // of them all of its cases
}

// ClassBin is one bar of the histogram of final scores.
type ClassBin struct {
	From, To schema.Points // From ≤ score < To; the last one includes To
	Students int
}

// classBins is how many bars the histogram has.
const classBins = 10

// NewClass makes one page of a class. cells are the results by job.
func NewClass(rows []schema.ClassRow, cells map[int64][]ClassCell, q ClassQuery) Class {
	rows = slices.DeleteFunc(slices.Clone(rows), func(r schema.ClassRow) bool { return r.Dropped })
	c := Class{Enrolled: len(rows), Tests: classTests(rows, cells)}
	for _, r := range rows {
		if r.Pushes == 0 {
			c.Missing++
		}
		if r.Grade.Number > 0 {
			c.Counted++
		}
		if r.Grade.MaxScore.Cmp(c.Max) > 0 {
			c.Max = r.Grade.MaxScore
		}
	}
	c.Bins = classHistogram(rows, c.Max)
	found := q.choose(rows)
	c.Found, c.Pages = len(found), max(1, (len(found)+q.Size-1)/max(q.Size, 1))
	c.Page = min(max(q.Page, 1), c.Pages)
	first := (c.Page - 1) * q.Size
	for _, r := range found[min(first, len(found)):min(first+q.Size, len(found))] {
		c.Students = append(c.Students, ClassStudent{r, inOrder(c.Tests, cells[r.Job])})
	}
	return c
}

// classTests lists the tests in the results, in the order of the longest result, with the
// class's results.
func classTests(rows []schema.ClassRow, cells map[int64][]ClassCell) []ClassTest {
	var tests []ClassTest
	index := make(map[string]int)
	order := slices.SortedFunc(slices.Values(rows), func(a, b schema.ClassRow) int { return cmp.Compare(len(cells[b.Job]), len(cells[a.Job])) })
	for _, r := range order {
		for _, cell := range cells[r.Job] {
			i, known := index[cell.Test]
			if !known {
				i = len(tests)
				index[cell.Test] = i
				tests = append(tests, ClassTest{Name: cell.Test})
			}
			tests[i].Of++
			if cell.Passed == cell.Cases {
				tests[i].Passed++
			}
		}
	}
	return tests
}

func inOrder(tests []ClassTest, cells []ClassCell) []*ClassCell {
	all := make([]*ClassCell, len(tests))
	for i := range cells {
		at := slices.IndexFunc(tests, func(t ClassTest) bool { return t.Name == cells[i].Test })
		if at >= 0 {
			all[at] = &cells[i]
		}
	}
	return all
}

// classHistogram counts final scores. Students without a counting submission are in no bar.
func classHistogram(rows []schema.ClassRow, most schema.Points) []ClassBin {
	if most.Sign() <= 0 {
		return nil
	}
	bins := make([]ClassBin, classBins)
	for i := range bins {
		bins[i].From = most.Mul(schema.NewPoints(int64(i), classBins))
		bins[i].To = most.Mul(schema.NewPoints(int64(i+1), classBins))
	}
	for _, r := range rows {
		if r.Grade.Number == 0 {
			continue
		}
		at := slices.IndexFunc(bins, func(b ClassBin) bool { return r.Grade.Final.Cmp(b.To) < 0 })
		if at < 0 {
			at = classBins - 1 // the maximum, and scores above it
		}
		bins[at].Students++
	}
	return bins
}

// choose filters and sorts.
func (q ClassQuery) choose(rows []schema.ClassRow) []schema.ClassRow {
	find := strings.ToLower(strings.TrimSpace(q.Find))
	found := slices.DeleteFunc(slices.Clone(rows), func(r schema.ClassRow) bool {
		return !q.Show.lists(r) || find != "" && !strings.Contains(strings.ToLower(r.Login+"\n"+r.Name+"\n"+r.Section), find)
	})
	slices.SortStableFunc(found, func(a, b schema.ClassRow) int {
		order := q.Sort.compare(a, b)
		if q.Down {
			order = -order
		}
		return cmp.Or(order, cmp.Compare(a.Login, b.Login))
	})
	return found
}

func (s ClassShow) lists(r schema.ClassRow) bool {
	switch s {
	case ClassMissing:
		return r.Pushes == 0
	case ClassFailing:
		return r.Grade.Number > 0 && r.Grade.Score.Cmp(r.Grade.MaxScore) < 0
	case ClassLate:
		return r.Grade.State == schema.TimelinessLate
	case ClassNone:
		return r.Pushes > 0 && r.Grade.Number == 0
	}
	return true
}

func (s ClassSort) compare(a, b schema.ClassRow) int {
	switch s {
	case SortName:
		return cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
	case SortSection:
		return cmp.Compare(a.Section, b.Section)
	case SortScore:
		return cmp.Or(cmp.Compare(min(a.Grade.Number, 1), min(b.Grade.Number, 1)), a.Grade.Final.Cmp(b.Grade.Final))
	case SortPushes:
		return cmp.Compare(a.Pushes, b.Pushes)
	case SortLast:
		return a.Last.Compare(b.Last)
	}
	return cmp.Compare(a.Login, b.Login)
}

// ClassCells groups the cases of a result by test.
func ClassCells(cases []schema.CaseOutcome) []ClassCell {
	var cells []ClassCell
	index := make(map[string]int)
	for _, one := range cases {
		name := cmp.Or(one.Test, one.Name)
		at, known := index[name]
		if !known {
			at = len(cells)
			index[name] = at
			cells = append(cells, ClassCell{Test: name})
		}
		cell := &cells[at]
		cell.Cases++
		cell.Score, cell.Max = cell.Score.Add(one.Score), cell.Max.Add(one.MaxScore)
		cell.Run = cell.Run || one.Outcome != schema.OutcomeNotRun
		if one.Outcome == schema.OutcomePassed {
			cell.Passed++
		}
	}
	return cells
}
