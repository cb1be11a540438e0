package course

import "github.com/grader/grader/schema"

// What a student reads of what is not the student's doing.
const (
	wordsGraderError = "the tests failed, not you; the staff has been told"
	wordsFailed      = "our machines failed; the staff has been told, and nothing was charged"
)

// Redact returns what the viewer may see of a result: the one function for every
// channel. Score and MaxScore become the visible subtotal; what is hidden for now
// is only counted. r itself is left as it is.
//
// Tests of visibility never are absent from every total already; staff see their
// entries, students do not learn that there are any.
func Redact(r schema.Result, v Viewer) (schema.Result, schema.Hidden) {
	if v.Staff() {
		return r, schema.Hidden{}
	}
	hidden := schema.Hidden{}
	var points schema.Points
	tests := make([]schema.TestResult, 0, len(r.Tests))
	for _, t := range r.Tests {
		switch visibilityOf(t) {
		case shown:
			tests = append(tests, redactTest(t))
		case counted:
			hidden.Tests++
			points = points.Add(t.MaxScore)
			r.Score = r.Score.Sub(t.Score)
			r.MaxScore = r.MaxScore.Sub(t.MaxScore)
		}
	}
	hidden.Points = points.Number()
	if r.Score.Sign() < 0 {
		r.Score = schema.Points{}
	}
	r.Tests, r.FinishedAt = tests, visibleEnd(r, tests)
	r.Gate = nil
	r.Message = redactMessage(r.Outcome, r.Message)
	return r, hidden
}

// sight is what a student has of a test.
type sight int

const (
	absent  sight = iota // not even counted
	counted              // counted among the hidden
	shown
)

// visibilityOf is the only place that decides what a student sees. A visibility
// that it does not know hides the test.
func visibilityOf(t schema.TestResult) sight {
	switch t.Visible {
	case schema.VisibleAlways:
		return shown
	case schema.VisibleAfterDue, schema.VisibleAfterPublish:
		return counted
	}
	return absent
}

func redactTest(t schema.TestResult) schema.TestResult {
	t.Tampering, t.JudgeMessage = "", ""
	t.CPU, t.Wall = coarse(t.CPU), coarse(t.Wall)
	if t.Outcome == schema.OutcomeGraderError {
		t.Output = ""
		t.Message = wordsGraderError
	}
	return t
}

func redactMessage(outcome schema.Outcome, message string) string {
	if outcome == schema.OutcomeGraderError {
		return wordsGraderError
	}
	return message
}

// Reason returns what the viewer may read of why a job has no result, "" for nothing:
// why our machines failed is for staff.
func Reason(j schema.Job, v Viewer) string {
	if j.State == schema.StateFailed && !v.Staff() {
		return ""
	}
	return schema.Sanitize(j.Reason)
}

// RedactEvent returns what the viewer may see of an event, or false for nothing.
// e itself is left as it is.
func RedactEvent(e schema.Event, v Viewer) (schema.Event, bool) {
	if v.Staff() {
		return e, true
	}
	if e.Test != nil {
		if visibilityOf(*e.Test) != shown {
			return schema.Event{}, false
		}
		t := redactTest(*e.Test)
		e.Test = &t
	}
	if e.Result != nil {
		r, _ := Redact(*e.Result, v)
		e.Result, e.At = &r, r.FinishedAt
	}
	if e.Kind == schema.EventEnded && e.State == schema.StateFailed {
		e.Text = wordsFailed
	}
	return e, true
}
