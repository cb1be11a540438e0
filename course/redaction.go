package course

import "github.com/grader/grader/schema"

// The messages to a student about failures that they are not responsible for.
const (
	wordsGraderError = "the tests failed, not you; the staff has been told"
	wordsFailed      = "our machines failed; the staff has been told, and nothing was charged"
)

// wordsInProcess replaces the output of a hidden in-process test: the submission's code ran in its
// process and could have read the test.
const wordsInProcess = "what it printed is not shown: this test was hidden, and the submission's code ran in its process"

// Redact returns the part of a result that the viewer may see, for every channel. Score and
// MaxScore become the visible subtotal; hidden tests are only counted. r stays unchanged.
//
// No total includes tests with visible: never. Staff see their entries; students do not learn of
// them.
func Redact(r schema.Result, a Access) (schema.Result, schema.Hidden) {
	if a.Viewer.Staff() {
		return r, schema.Hidden{}
	}
	tests := make([]schema.TestResult, 0, len(r.Tests))
	for _, t := range r.Tests {
		if a.shows(t) {
			tests = append(tests, redactTest(t))
		}
	}
	hidden := schema.Hidden{}
	if seen := a.Seen(r.Tally()); seen != nil {
		r.Score, r.MaxScore = seen.Score, seen.MaxScore
		hidden = schema.Hidden{Tests: seen.Hidden.Tests, Points: seen.Hidden.MaxScore.Number(), Until: seen.Until}
	}
	r.Tests, r.FinishedAt = tests, visibleEnd(r, tests)
	r.Gate = nil
	r.Message = redactMessage(r.Outcome, r.Message)
	return r, hidden
}

// shows reports whether a student sees a test. The submission chooses the names of cases that are
// not pinned, so such a name could contain data that it read from a hidden test.
func (a Access) shows(t schema.TestResult) bool {
	return a.Sees(t.Visible) && (t.Visible == schema.VisibleAlways || !t.Unpinned)
}

func redactTest(t schema.TestResult) schema.TestResult {
	t.Tampering, t.JudgeMessage = "", ""
	t.CPU, t.Wall = coarse(t.CPU), coarse(t.Wall)
	if t.InProcess && t.Visible != schema.VisibleAlways {
		t.Output, t.Message = "", ""
		if t.Outcome != schema.OutcomePassed {
			t.Message = wordsInProcess
		}
	}
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

// Reason returns why a job has no result, as far as the viewer may read it. Only staff read why a
// machine failed; others get "".
func Reason(j schema.Job, a Access) string {
	if j.State == schema.StateFailed && !a.Viewer.Staff() {
		return ""
	}
	return schema.Sanitize(j.Reason)
}

// RedactEvent returns the part of an event that the viewer may see; false: nothing. e stays
// unchanged.
func RedactEvent(e schema.Event, a Access) (schema.Event, bool) {
	if a.Viewer.Staff() {
		return e, true
	}
	if e.Test != nil {
		if !a.shows(*e.Test) {
			return schema.Event{}, false
		}
		t := redactTest(*e.Test)
		e.Test = &t
	}
	if e.Result != nil {
		r, _ := Redact(*e.Result, a)
		e.Result, e.At = &r, r.FinishedAt
	}
	if e.Kind == schema.EventEnded && e.State == schema.StateFailed {
		e.Text = wordsFailed
	}
	return e, true
}

// RedactGrade returns the part of a grade that the viewer may see. g stays unchanged.
func RedactGrade(g schema.Grade, a Access) schema.Grade {
	if seen := g.Seen; seen != nil && !a.Viewer.Staff() {
		g.Score, g.MaxScore, g.Deducted, g.Final, g.Seen = seen.Score, seen.MaxScore, seen.Deducted, seen.Final, nil
	}
	return g
}
