package web

import (
	"strconv"
	"time"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// row is one submission in a table.
type row struct {
	Path     string // of its page
	Task     string // COURSE/ASSIGNMENT
	Owner    string
	Number   int
	Commit   string // short
	Received moment
	Ago      string
	Mark     mark
	Score    string // "17 / 25", "" where there is none
	Hidden   string // "2 hidden tests (5 points)", "" for none
	Counts   bool   // the one that counts, as things stand
	TryOut   bool
}

// newRow shows a submission to a viewer, redacted.
func (s *Server) newRow(sub schema.Submission, v course.Viewer, zone *time.Location) row {
	r := row{
		Path: "/" + sub.Name.String(), Task: sub.Name.Course + "/" + sub.Name.Assignment,
		Owner: sub.Name.Owner, Number: sub.Name.Number, Commit: shortCommit(sub.Commit),
		Received: s.at(sub.ReceivedAt, zone), Ago: relative(sub.ReceivedAt, s.now()), TryOut: sub.TryOut,
	}
	result, hidden := redacted(sub.Result, v)
	r.Mark = markOfJob(sub.Job.State, result)
	if result != nil && sub.Job.State == schema.StateDone {
		r.Score = scoreOf(result)
		r.Hidden = hiddenWords(hidden)
	}
	return r
}

// redacted is course.Redact of a result that may not be there.
func redacted(r *schema.Result, v course.Viewer) (*schema.Result, schema.Hidden) {
	if r == nil {
		return nil, schema.Hidden{}
	}
	visible, hidden := course.Redact(*r, v)
	return &visible, hidden
}

// scoreOf writes a score, "" where what went wrong is not the student's doing.
func scoreOf(r *schema.Result) string {
	switch r.Outcome {
	case schema.OutcomeGraded, schema.OutcomeCompileError:
		return r.Score.String() + " / " + r.MaxScore.String()
	}
	return ""
}

// hiddenSentence says that what is hidden is not in the number beside it.
func hiddenSentence(h schema.Hidden) string {
	switch h.Tests {
	case 0:
		return ""
	case 1:
		return hiddenWords(h) + " counts later and is not in this number."
	}
	return hiddenWords(h) + " count later and are not in this number."
}

// hiddenWords says how much counts that is not shown.
func hiddenWords(h schema.Hidden) string {
	if h.Tests == 0 {
		return ""
	}
	points, err := strconv.ParseFloat(h.Points.String(), 64)
	if err == nil && points == 1 {
		return count(h.Tests, "hidden test") + " (1 point)"
	}
	return count(h.Tests, "hidden test") + " (" + h.Points.String() + " points)"
}
