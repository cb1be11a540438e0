package view

import (
	"fmt"
	"html/template"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// Class is one page of the table of a class: students × tests.
type Class struct {
	Frame
	Path      string // of the page
	Task      string // title
	Query     ClassForm
	Summary   string // how many students have pushed
	Bars      []Bar  // of the histogram of final scores
	Columns   []ClassColumn
	Heads     []SortHead
	Rows      []ClassRow
	Failures  []ClassFailure // the most common ones
	Failure   *ClassFailure  // the one whose students are listed; nil: all students
	Found     string         // "600 students", "3 teams and 1 student"
	Pager     Pager
	AnyResult bool
}

// ClassForm holds the query of the page.
type ClassForm struct {
	Show, Find string
	Failure    string // key of a failure
	Shows      []Choice
}

// ClassFailure is a failure with the number of students or teams who have it.
type ClassFailure struct {
	Test, Text string
	Rows       string // "12 students", "3 teams and 1 student"
	Path       string // of the list of its students; of all students if that list is shown
}

// shownFailures is the number of failures on a page.
const shownFailures = 8

// Choice is one option of a selection.
type Choice struct {
	Value, Name string
	Chosen      bool
}

// ClassColumn is the column of one test.
type ClassColumn struct {
	Name    string
	Share   string // "87 %" of the results passed
	Percent int    // Share as a number
	Of      string // "87 of 100 submissions pass it"
}

// SortHead is a column heading that sorts.
type SortHead struct {
	Name, Path string
	Order      string // ascending, descending or ""
	Number     bool
}

// ClassRow is the row of one student or team.
type ClassRow struct {
	Login, Name, Section string
	Path                 string // of their submissions
	Submission           string // path of the submission that is shown, "" for none
	Number               int
	Score                string // "17 / 25", "" for none
	Late                 string
	Members              []string // logins of a team's members
	Stuck                string   // "greets: expected N, got N, 5 submissions in a row", "" if not
	Pushes               int
	Last                 Moment
	Ago                  string
	Cells                template.HTML // one table cell per test, made of fixed words and numbers
}

// Bar is one bar of a plot.
type Bar struct {
	X, Y, Width, Height int
	Label               string // below it
	Says                string // description for people who cannot see the plot
	Count               string
	CountX, CountY      int
}

// classShows returns the options of the selection.
func classShows(chosen course.ClassShow) []Choice {
	all := []Choice{
		{Value: string(course.ClassAll), Name: "everybody"}, {Value: string(course.ClassMissing), Name: "nothing pushed"},
		{Value: string(course.ClassNone), Name: "pushed, and nothing counts"}, {Value: string(course.ClassFailing), Name: "not all points"},
		{Value: string(course.ClassLate), Name: "late"}, {Value: string(course.ClassStuck), Name: "stuck on one failure"},
	}
	for i := range all {
		all[i].Chosen = all[i].Value == string(chosen)
	}
	return all
}

// NewClass returns a page of the class of an assignment. path is the assignment's.
func NewClass(path string, c course.Class, q course.ClassQuery, now time.Time, zone *time.Location) Class {
	page := Class{
		Path: path + "/-/grid", Query: ClassForm{Show: string(q.Show), Find: q.Find, Failure: c.Failure.Key, Shows: classShows(q.Show)},
		Summary: fmt.Sprintf("%d of %s pushed, and something counts for %d.", c.Enrolled-c.Missing, Count(c.Enrolled, "student"), c.Counted),
		Bars:    histogram(c.Bins), Found: classRows(c.Found), AnyResult: len(c.Tests) > 0,
	}
	for _, t := range c.Tests {
		percent := 100 * t.Passed / max(t.Of, 1)
		page.Columns = append(page.Columns, ClassColumn{
			Name: t.Name, Share: strconv.Itoa(percent) + " %", Percent: percent, Of: fmt.Sprintf("%d of %s pass", t.Passed, Count(t.Of, "submission")),
		})
	}
	page.showFailures(c, q)
	page.Heads = classHeads(page.Path, q)
	for _, s := range c.Students {
		page.Rows = append(page.Rows, newClassRow(path, s, now, zone))
	}
	page.Pager = newPager(c.Page, c.Pages, func(n int) string { return page.Path + "?" + classValues(q, n).Encode() })
	return page
}

// showFailures adds the most common failures, and the one that the query selects.
func (p *Class) showFailures(c course.Class, q course.ClassQuery) {
	for i, g := range c.Failures {
		next := q
		next.Failure = g.Key
		one := ClassFailure{Test: g.Test, Text: g.Text, Rows: classRows(g.ClassRows), Path: p.Path + "?" + classValues(next, 1).Encode()}
		if g.Failure == c.Failure {
			next.Failure = ""
			one.Path = p.Path + "?" + classValues(next, 1).Encode()
			p.Failure = &one
		}
		if i < shownFailures {
			p.Failures = append(p.Failures, one)
		}
	}
}

// classRows returns the numbers of students and teams: "12 students", "3 teams and 1 student".
func classRows(r course.ClassRows) string {
	switch {
	case r.Teams == 0:
		return Count(r.Students, "student")
	case r.Students == 0:
		return Count(r.Teams, "team")
	}
	return Count(r.Teams, "team") + " and " + Count(r.Students, "student")
}

func newClassRow(path string, s course.ClassStudent, now time.Time, zone *time.Location) ClassRow {
	r := ClassRow{
		Login: s.Login, Name: s.Name, Section: s.Section, Path: path + "/" + s.Login, Number: s.Number, Pushes: s.Pushes,
		Last: At(s.Last, now, zone), Cells: classCells(s.Cells),
	}
	for _, m := range s.Members {
		r.Members = append(r.Members, m.Login)
	}
	if s.Stuck.Pushes > 0 {
		r.Stuck = fmt.Sprintf("%s: %s, %s in a row", s.Stuck.Test, s.Stuck.Text, Count(s.Stuck.Pushes, "submission"))
	}
	if s.Number > 0 {
		r.Submission = r.Path + "/" + strconv.Itoa(s.Number)
	}
	if !s.Last.IsZero() {
		r.Ago = Relative(s.Last, now)
	}
	if s.Grade.Number > 0 {
		r.Score = s.Grade.Final.String() + " / " + s.Grade.MaxScore.String()
	}
	if s.Grade.State == schema.TimelinessLate {
		r.Late = Count(s.Grade.Days, "day") + " late"
	}
	return r
}

// classCells returns the cells of a row as HTML. Each has a sign and points, so that no information
// depends on colour alone. A page has thousands of cells, for which a template would be slow.
func classCells(cells []*course.ClassCell) template.HTML {
	var b strings.Builder
	for _, c := range cells {
		switch {
		case c == nil:
			b.WriteString(`<td class="cell-none"><span class="hidden">no result</span></td>`)
		case !c.Run:
			b.WriteString(`<td class="calm">–<span class="hidden"> not run</span></td>`)
		case c.Passed == c.Cases:
			b.WriteString(`<td class="good">✓ ` + c.Score.String() + `</td>`)
		case c.Passed > 0 || c.Score.Sign() > 0:
			b.WriteString(`<td class="part">◐ ` + c.Score.String() + `/` + c.Max.String() + `</td>`)
		default:
			b.WriteString(`<td class="bad">✗ ` + c.Score.String() + `/` + c.Max.String() + `</td>`)
		}
	}
	return template.HTML(b.String()) // only fixed words and numbers
}

func classValues(q course.ClassQuery, page int) url.Values {
	v := url.Values{}
	for name, value := range map[string]string{"show": string(q.Show), "sort": string(q.Sort), "find": q.Find, "failure": q.Failure} {
		if value != "" {
			v.Set(name, value)
		}
	}
	if q.Down {
		v.Set("down", "1")
	}
	if page > 1 {
		v.Set("page", strconv.Itoa(page))
	}
	return v
}

func classHeads(path string, q course.ClassQuery) []SortHead {
	heads := []struct {
		name   string
		sort   course.ClassSort
		number bool
	}{
		{"Student", course.SortLogin, false}, {"Name", course.SortName, false}, {"Section", course.SortSection, false},
		{"Grade", course.SortScore, true}, {"Pushes", course.SortPushes, true}, {"Latest push", course.SortLast, false},
	}
	var all []SortHead
	for _, h := range heads {
		next := q
		next.Sort, next.Down = h.sort, q.Sort == h.sort && !q.Down
		one := SortHead{Name: h.name, Path: path + "?" + classValues(next, 1).Encode(), Number: h.number}
		if q.Sort == h.sort {
			one.Order = map[bool]string{false: "ascending", true: "descending"}[q.Down]
		}
		all = append(all, one)
	}
	return all
}

// Size of the histogram in drawing units.
const (
	plotHeight = 100
	barWidth   = 36
	barStep    = 44
)

func histogram(bins []course.ClassBin) []Bar {
	most := 0
	for _, b := range bins {
		most = max(most, b.Sum())
	}
	if most == 0 {
		return nil
	}
	var bars []Bar
	for i, b := range bins {
		height := b.Sum() * plotHeight / most
		if b.Sum() > 0 {
			height = max(height, 2)
		}
		x := 4 + i*barStep
		bars = append(bars, Bar{
			X: x, Y: 18 + plotHeight - height, Width: barWidth, Height: height, Label: b.From.String(),
			Says:  fmt.Sprintf("%s to %s points: %s", b.From, b.To, classRows(b.ClassRows)),
			Count: strconv.Itoa(b.Sum()), CountX: x + barWidth/2, CountY: 14 + plotHeight - height,
		})
	}
	return bars
}

// Pager links to the previous and the next page.
type Pager struct {
	Page, Pages    int
	Previous, Next string
}

func newPager(page, pages int, path func(int) string) Pager {
	p := Pager{Page: page, Pages: pages}
	if page > 1 {
		p.Previous = path(page - 1)
	}
	if page < pages {
		p.Next = path(page + 1)
	}
	return p
}
