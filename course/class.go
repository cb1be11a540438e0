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
	ClassStuck   ClassShow = "stuck"   // the same failure in each of the latest submissions
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
	Find string // in logins, names, teams and sections

	Failure string // key of a failure; selects only students who have it
	Teams   bool   // a team is one row
	Page    int    // from 1
	Size    int    // students on a page
}

// ClassCell holds one student's result in one test of the assignment, over all cases of the test.
type ClassCell struct {
	Test          string
	Passed, Cases int
	Score, Max    schema.Points
	Run           bool // at least one case was run
}

// ClassResult is the result of one job.
type ClassResult struct {
	Cells    []ClassCell
	Failures []Failure
}

// ResultRules is the version of the rules of NewClassResult. Increase it with every change of the
// rules, so that stored results are derived again.
const ResultRules = 1

// NewClassResult groups the cases of a job's result by test, and lists its failures.
func NewClassResult(of schema.JobOutcomes) ClassResult {
	return ClassResult{Cells: ClassCells(of.Cases), Failures: Failures(of)}
}

// Stuck holds the failure that a student is stuck on, and the number of consecutive submissions
// with it.
type Stuck struct {
	Failure
	Pushes int
}

// Class is one page of a class, with statistics of the whole class.
type Class struct {
	Tests    []ClassTest
	Students []ClassStudent // on the page
	Found    ClassRows      // on all pages
	Page     int
	Pages    int
	Enrolled int
	Missing  int // enrolled students without a push
	Counted  int // enrolled students with a counting submission
	Bins     []ClassBin
	Max      schema.Points  // maximum score of the assignment, from the results
	Failures []FailureGroup // of the whole class, most common first
	Failure  Failure        // failure named in the query; the zero value: none
}

// ClassRows counts rows of a class.
type ClassRows struct {
	Students int // students who work alone
	Teams    int
}

// Sum returns the number of rows.
func (r ClassRows) Sum() int { return r.Students + r.Teams }

// add counts a row. members maps teams to their members.
func (r *ClassRows) add(row schema.ClassRow, members map[string][]schema.ClassRow) {
	if len(members[row.Login]) > 0 {
		r.Teams++
	} else {
		r.Students++
	}
}

// ClassStudent is one row of a class.
type ClassStudent struct {
	schema.ClassRow
	Members []schema.ClassRow // members of a team; Login is the team's name
	Stuck   Stuck             // Pushes 0: not stuck, or not requested
	Cells   []*ClassCell      // in the order of Class.Tests; nil: the result has no such test
}

// ClassTest is one test of an assignment with the class's results in it.
type ClassTest struct {
	Name   string
	Of     int // results that contain the test
	Passed int // results that passed all of its cases
}

// ClassBin is one bar of the histogram of final scores.
type ClassBin struct {
	From, To schema.Points // From ≤ score < To; the last one includes To
	ClassRows
}

// classBins is the number of bars of the histogram.
const classBins = 10

// NewClass returns one page of a class. results holds the results by job. stuck holds the students
// who are stuck, by the owner of the work; it is needed only if the query shows them.
func NewClass(rows []schema.ClassRow, results map[int64]ClassResult, stuck map[string]Stuck, q ClassQuery) Class {
	rows = slices.DeleteFunc(slices.Clone(rows), func(r schema.ClassRow) bool { return r.Dropped })
	c := newClassFigures(rows)
	members := make(map[string][]schema.ClassRow)
	if q.Teams {
		rows, members = inTeams(rows)
	}
	c.Tests, c.Failures = classTests(rows, results), failureGroups(rows, members, results)
	for _, g := range c.Failures {
		if g.Key == q.Failure {
			c.Failure = g.Failure
		}
	}
	c.Bins = classHistogram(rows, members, c.Max)
	found := q.choose(rows, members, func(r schema.ClassRow) bool {
		return (c.Failure == Failure{} || slices.Contains(results[r.Job].Failures, c.Failure)) && (q.Show != ClassStuck || stuck[r.Grade.Owner].Pushes > 0)
	})
	for _, r := range found {
		c.Found.add(r, members)
	}
	c.Pages = max(1, (len(found)+q.Size-1)/max(q.Size, 1))
	c.Page = min(max(q.Page, 1), c.Pages)
	first := (c.Page - 1) * q.Size
	for _, r := range found[min(first, len(found)):min(first+q.Size, len(found))] {
		c.Students = append(c.Students, ClassStudent{r, members[r.Login], stuck[r.Grade.Owner], inOrder(c.Tests, results[r.Job].Cells)})
	}
	return c
}

// newClassFigures counts the students of a class.
func newClassFigures(rows []schema.ClassRow) Class {
	c := Class{Enrolled: len(rows)}
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
	return c
}

// inTeams merges the members of each team into one row, in the position of the first member. It
// also returns the members by the name of their team.
func inTeams(rows []schema.ClassRow) ([]schema.ClassRow, map[string][]schema.ClassRow) {
	var merged []schema.ClassRow
	members := make(map[string][]schema.ClassRow)
	at := make(map[string]int) // index of a team in merged
	for _, r := range rows {
		team := r.Grade.Owner
		if team == "" || team == r.Login {
			merged = append(merged, r)
			continue
		}
		if len(members[team]) == 0 {
			at[team] = len(merged)
			merged = append(merged, r)
		}
		members[team] = append(members[team], r)
	}
	for team, of := range members {
		row := &merged[at[team]]
		var names, sections []string
		for _, r := range of {
			names = append(names, cmp.Or(r.Name, r.Login))
			if r.Section != "" && !slices.Contains(sections, r.Section) {
				sections = append(sections, r.Section)
			}
		}
		row.Login, row.Name, row.Section = team, strings.Join(names, ", "), strings.Join(sections, ", ")
	}
	return merged, members
}

// classTests returns the tests in the results, with the class's results in each. The tests are in
// the order of the longest result.
func classTests(rows []schema.ClassRow, results map[int64]ClassResult) []ClassTest {
	var tests []ClassTest
	index := make(map[string]int)
	length := make([]int, len(rows)) // number of tests in a row's result
	order := make([]int, len(rows))
	for i, r := range rows {
		length[i], order[i] = len(results[r.Job].Cells), i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Or(cmp.Compare(length[b], length[a]), cmp.Compare(a, b)) })
	for _, row := range order {
		r := rows[row]
		for at, cell := range results[r.Job].Cells {
			i := at // most results have the same tests in the same order
			if at >= len(tests) || tests[at].Name != cell.Test {
				known := false
				if i, known = index[cell.Test]; !known {
					i = len(tests)
					index[cell.Test] = i
					tests = append(tests, ClassTest{Name: cell.Test})
				}
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
		if i < len(tests) && tests[i].Name == cells[i].Test {
			all[i] = &cells[i] // most results have the tests of the class in their order
			continue
		}
		at := slices.IndexFunc(tests, func(t ClassTest) bool { return t.Name == cells[i].Test })
		if at >= 0 {
			all[at] = &cells[i]
		}
	}
	return all
}

// classHistogram counts final scores. Students without a counting submission are in no bar.
func classHistogram(rows []schema.ClassRow, members map[string][]schema.ClassRow, most schema.Points) []ClassBin {
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
		bins[at].add(r, members)
	}
	return bins
}

// choose filters and sorts rows. members maps teams to their members; matches is a further
// condition.
func (q ClassQuery) choose(rows []schema.ClassRow, members map[string][]schema.ClassRow, matches func(schema.ClassRow) bool) []schema.ClassRow {
	find := strings.ToLower(strings.TrimSpace(q.Find))
	found := slices.DeleteFunc(slices.Clone(rows), func(r schema.ClassRow) bool {
		return !q.Show.lists(r) || !matches(r) || find != "" && !slices.ContainsFunc(append(members[r.Login], r), func(one schema.ClassRow) bool {
			return strings.Contains(strings.ToLower(one.Login+"\n"+one.Name+"\n"+one.Section), find)
		})
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
