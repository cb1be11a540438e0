package view

import (
	"time"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// Table is a list of submissions.
type Table struct {
	Caption string
	ByOwner bool // its rows are of several owners
	ByTask  bool // its rows are of several assignments
	Rows    []Row
	Tries   []Row // pushes to the branch try, newest first; without a page of their own
}

// History plots the scores of the rows. It returns nil if there are too few.
func (t Table) History() *History { return NewHistory(t.Rows) }

// Row is one submission in a table.
type Row struct {
	Path     string // of its page
	Task     string // COURSE/ASSIGNMENT
	Owner    string
	Number   int
	Commit   string // short
	Received Moment
	Ago      string
	Mark     Mark
	Score    string // "17 / 25", "" if there is none
	Hidden   string // "2 hidden tests (5 points)", "" for none
	Counts   bool   // it counts at present
	TryOut   bool
	Kept     bool // received after the end and not graded
	MayMark  bool // the viewer may mark it as the one that counts

	share float64 // of the visible points, from 0 to 1
}

// NewRow returns the row of a submission, redacted.
func NewRow(sub schema.GradedSubmission, a course.Access, now time.Time, zone *time.Location) Row {
	r := Row{
		Path: "/" + sub.Name.String(), Task: sub.Name.Course + "/" + sub.Name.Assignment,
		Owner: sub.Name.Owner, Number: sub.Name.Number, Commit: ShortCommit(sub.Commit),
		Received: At(sub.ReceivedAt, now, zone), Ago: Relative(sub.ReceivedAt, now), TryOut: sub.TryOut, Kept: sub.Kept,
	}
	result, hidden := redacted(sub.Result, a)
	r.Mark = MarkOfJob(sub.Job.State, result)
	if result != nil && sub.Job.State == schema.StateDone {
		r.Score = scoreOf(result)
		if result.MaxScore.Sign() > 0 {
			share, _ := result.Score.Quo(result.MaxScore).Number().Float64() // need not be exact
			r.share = min(max(share, 0), 1)
		}
		r.Hidden = hiddenWords(hidden)
	}
	return r
}

// NewTryRow returns the row of a try, redacted.
func NewTryRow(y schema.Try, a course.Access, now time.Time, zone *time.Location) Row {
	r := NewRow(schema.GradedSubmission{Submission: schema.Submission{Name: y.Work, Commit: y.Commit, ReceivedAt: y.ReceivedAt},
		Grading: schema.Grading{Job: y.Job, Result: y.Result}}, a, now, zone)
	r.Path, r.Number = "", y.Number
	return r
}

// redacted is course.Redact for a result that may be nil.
func redacted(r *schema.Result, a course.Access) (*schema.Result, schema.Hidden) {
	if r == nil {
		return nil, schema.Hidden{}
	}
	visible, hidden := course.Redact(*r, a)
	return &visible, hidden
}

// scoreOf formats the score of a result. It returns "" if the failure is not the student's fault.
func scoreOf(r *schema.Result) string {
	switch r.Outcome {
	case schema.OutcomeGraded, schema.OutcomeCompileError:
		return r.Score.String() + " / " + r.MaxScore.String()
	}
	return ""
}

// hiddenSentence says that the score beside it does not include the hidden tests.
func hiddenSentence(h schema.Hidden) string {
	if h.Tests == 0 {
		return ""
	}
	return "Not in this number: " + course.HiddenWords(h) + "."
}

// hiddenWords describes the hidden tests that count, or returns "" if there are none.
func hiddenWords(h schema.Hidden) string {
	if h.Tests == 0 {
		return ""
	}
	return course.HiddenAmount(h)
}
