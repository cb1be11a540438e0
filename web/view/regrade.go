package view

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/schema"
)

// Regrades is the page of an assignment's regrade sets, with the form that creates one.
type Regrades struct {
	Frame
	Path, Task string
	Form       Form
	List       Listing
}

// NewRegrades lists regrade sets.
func NewRegrades(path string, all []schema.Regrade, now time.Time, zone *time.Location) Listing {
	l := Listing{
		Caption: "Regrade sets", Heads: []string{"Set", "State", "Submissions", "Test version", "Reason", "Made by", "Made"}, Empty: "There are none.",
	}
	for _, g := range all {
		l.Rows = append(l.Rows, ListRow{Cells: []ListCell{
			Link("set "+strconv.FormatInt(g.ID, 10), path+"/"+strconv.FormatInt(g.ID, 10)), Text(string(g.State)), Text(progressWords(g)),
			Text(strconv.Itoa(g.Version)), Text(g.Reason), Text(g.By), When(At(g.MadeAt, now, zone)),
		}})
	}
	return l
}

func progressWords(g schema.Regrade) string {
	words := fmt.Sprintf("%d of %d graded", g.Done, g.Total)
	if g.Failed > 0 {
		words += fmt.Sprintf(", %d failed", g.Failed)
	}
	return words
}

// Regrade is the page of one regrade set, with its effect on each owner.
type Regrade struct {
	Frame
	Path, Task                 string
	Title                      string // "Set 7"
	State                      string // as a sentence
	Facts                      []Fact
	Done, Total                int
	MayApply, MayDrop, MayUndo bool
	Changed                    []RegradedRow // owners whose grade or tests differ
	Same                       int           // owners with no difference
}

// RegradedRow is the row of one owner.
type RegradedRow struct {
	Owner, Path   string
	Before, After string // final scores
	Which         string // "#3 → #5" if another submission counts
	Direction     Mark
	Tests         []string // "removes from the middle: failed → passed"
	Remarks       []string
}

// regradeState describes the state of a set.
func regradeState(s schema.RegradeState) string {
	switch s {
	case schema.RegradeRunning:
		return "It is being graded, behind all pushes. Students see nothing of it."
	case schema.RegradeStaged:
		return "It is graded. Students see nothing of it until it is applied."
	case schema.RegradeApplying:
		return "Applying it was interrupted; apply it again."
	case schema.RegradeApplied:
		return "It is applied. Students see the new results."
	case schema.RegradeDiscarded:
		return "It was discarded; no grade has changed."
	case schema.RegradeUndone:
		return "It was applied and undone."
	}
	return string(s)
}

// maxRegraded is the maximum number of owners on a page.
const maxRegraded = 1000

// NewRegrade returns the page of a set.
func NewRegrade(path string, r classroom.RegradeReport, now time.Time, zone *time.Location) Regrade {
	g := r.Set
	page := Regrade{
		Path: path, Title: "Set " + strconv.FormatInt(g.ID, 10), State: regradeState(g.State), Done: g.Done, Total: g.Total,
		MayApply: g.State == schema.RegradeStaged || g.State == schema.RegradeApplying,
		MayDrop:  g.State == schema.RegradeStaged || g.State == schema.RegradeRunning,
		MayUndo:  g.State == schema.RegradeApplied,
		Facts: []Fact{
			{Term: "Grades", Value: fmt.Sprintf("%d rise, %d fall, %d stay", r.Up, r.Down, r.Same)},
			{Term: "Graded", Value: progressWords(g)}, {Term: "Test version", Value: strconv.Itoa(g.Version)},
			{Term: "Which submissions", Value: string(g.Which)}, {Term: "Made by", Value: g.By}, {Term: "Made", Time: At(g.MadeAt, now, zone)},
		},
	}
	for _, f := range []Fact{
		{Term: "Reason", Value: g.Reason}, {Term: "Flaky", Value: ownersWord(r.Flaky, "a case came out otherwise with the same tests")},
		{Term: "Failed", Value: ownersWord(r.Failed, "a submission has no result that is the student's doing")},
		{Term: "Late days move", Value: strings.Join(r.LateDays, ", ")},
	} {
		if f.Value != "" {
			page.Facts = append(page.Facts, f)
		}
	}
	task := path[:strings.Index(path, "/-/")]
	for _, o := range r.Owners {
		if row, differs := newRegradedRow(task, o); differs && len(page.Changed) < maxRegraded {
			page.Changed = append(page.Changed, row)
		} else {
			page.Same++
		}
	}
	return page
}

func ownersWord(n int, what string) string {
	if n == 0 {
		return ""
	}
	return Count(n, "owner") + ": " + what
}

func newRegradedRow(task string, o schema.RegradedOwner) (RegradedRow, bool) {
	row := RegradedRow{Owner: o.Owner, Path: task + "/" + o.Owner, Before: short(o.Before.Final.String()), After: short(o.After.Final.String())}
	before, _ := schema.ParsePoints(o.Before.Final.String()) // always valid
	after, _ := schema.ParsePoints(o.After.Final.String())
	switch after.Cmp(before) {
	case 1:
		row.Direction = Mark{"tick", "good", "rises"}
	case -1:
		row.Direction = Mark{"cross", "bad", "falls"}
	default:
		row.Direction = Mark{"dash", "calm", "stays"}
	}
	if o.Before.Number != o.After.Number {
		row.Which = fmt.Sprintf("#%d → #%d", o.Before.Number, o.After.Number)
	}
	for _, c := range o.Changes {
		row.Tests = append(row.Tests, c.Name+": "+outcomeWord(c.Before)+c.BeforePoints.String()+" → "+outcomeWord(c.After)+c.AfterPoints.String())
	}
	if o.Flaky {
		row.Remarks = append(row.Remarks, "flaky")
	}
	if o.Failed {
		row.Remarks = append(row.Remarks, "not graded")
	}
	if o.Skipped != "" {
		row.Remarks = append(row.Remarks, o.Skipped)
	}
	return row, before.Cmp(after) != 0 || row.Which != "" || len(o.Changes) > 0 || len(row.Remarks) > 0
}

// outcomeWord returns the word for an outcome. "" stands for a test that is not in the result.
func outcomeWord(o schema.Outcome) string {
	if o == "" {
		return "absent"
	}
	return strings.ToLower(MarkOf(o).Word)
}

// short formats a number with at most two decimals.
func short(number string) string {
	p, err := schema.ParsePoints(number)
	if err != nil {
		return number
	}
	return p.String()
}
