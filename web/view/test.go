package view

import (
	"strconv"
	"strings"
	"time"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// Test is one test of a result.
type Test struct {
	Name       string
	Mark       Mark
	Points     string // "2 / 3"
	Time       string // processor time
	Memory     string
	Difference *Difference
	Message    string // shown if there is no difference; one line
	Words      string // like Message, but several lines
	Crash      string // "signal SIGSEGV", "exit status 3"
	Hint       string
	Output     string
	Pieces     []Piece // of Output, with colours and links to source lines
	InProcess  bool
	Unpinned   bool
	StudentsDo string // for staff: when students see the test, "" for always
	Tampering  string // for staff: signs of tampering
	JudgeSays  string // for staff: what a checker or driver wrote for them
	Open       bool

	key        groupKey // of the group with which it shares a line
	score, max schema.Points
	cpu        time.Duration
}

// NewTest returns a test for display. t is already redacted.
func NewTest(t schema.TestResult, v course.Viewer) Test {
	one := Test{
		Name: t.Name, Mark: MarkOf(t.Outcome), Points: pointsOf(t.Score, t.MaxScore),
		Crash: crashWords(t), Hint: t.Hint, Output: t.Output, Pieces: new(Paint).Pieces(t.Output), InProcess: t.InProcess, Unpinned: t.Unpinned,
		Open:  t.Outcome != schema.OutcomePassed && t.Outcome != schema.OutcomeNotRun,
		score: t.Score, max: t.MaxScore, cpu: t.CPU,
	}
	if t.Outcome != schema.OutcomeCrashed { // a crashed program chose the words of its message
		one.Difference = parseDifference(t.Message)
	}
	switch message := strings.TrimSpace(t.Message); {
	case one.Difference != nil:
	case strings.Contains(message, "\n"):
		one.Words = message
	default:
		one.Message = Sentence(message)
	}
	if t.CPU > 0 || t.Wall > 0 {
		one.Time = Duration(t.CPU)
	}
	if t.Memory > 0 {
		one.Memory = schema.Size(t.Memory)
	}
	if v.Staff() {
		one.StudentsDo, one.Tampering, one.JudgeSays = visibilityWords(t.Visible), Sentence(t.Tampering), strings.TrimSpace(t.JudgeMessage)
		one.Open = one.Open || one.Tampering != ""
	}
	if t.Outcome == schema.OutcomePassed && t.Test != "" && t.Name != t.Test && one.Tampering == "" {
		one.key = groupKey{t.Test, t.Unpinned}
	}
	return one
}

// Failed reports whether the test needs attention.
func (t Test) Failed() bool { return t.Mark.Tone != "good" || t.Tampering != "" }

// HasMore reports whether the test has more details than its line shows.
func (t Test) HasMore() bool {
	return t.Difference != nil || t.Message != "" || t.Words != "" || t.Crash != "" || t.Hint != "" || t.Output != "" ||
		t.Tampering != "" || t.JudgeSays != "" || t.InProcess || t.Unpinned
}

// crashWords returns the signal or the exit status of a crash, unless the message names it.
func crashWords(t schema.TestResult) string {
	switch {
	case t.Outcome != schema.OutcomeCrashed:
		return ""
	case t.Signal != "" && strings.Contains(t.Message, t.Signal), strings.HasPrefix(t.Message, "exit status "):
		return ""
	case t.Signal != "":
		return "signal " + t.Signal
	case t.ExitStatus != 0:
		return "exit status " + strconv.Itoa(t.ExitStatus)
	}
	return ""
}

// visibilityWords describes for staff when students see a test.
func visibilityWords(v schema.Visibility) string {
	switch v {
	case schema.VisibleAfterDue:
		return "hidden until it is due"
	case schema.VisibleAfterPublish:
		return "hidden until grades are published"
	case schema.VisibleNever:
		return "staff only, not counted"
	}
	return ""
}
