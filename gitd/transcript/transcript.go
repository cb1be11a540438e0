package transcript

import (
	"strings"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// These limits bound how many lines one job may print.
const (
	maxTestLines   = 300 // tests that did not pass
	maxPassLines   = 100
	maxDetails     = 6  // lines of one message
	maxOutputLines = 15 // lines of one test's output
	maxOutputs     = 20 // tests whose output is shown

	// A report has at most 10,000 cases (runner/grade/report); a job may have several.
	maxVerboseLines = 20_000
	detailIndent    = "           "
)

// Options say how a transcript is written.
type Options struct {
	Colour  bool
	Verbose bool // every case has its own line, and every failure its details
	Gate    bool // the output of tests that did not pass is shown; GateVerdict replaces the verdict
}

// Transcript formats a job's events for one viewer: plain, redacted, sanitised, at most Width
// columns. Its output depends only on the events.
type Transcript struct {
	access  course.Access
	options Options

	build, passes, others, left, outputs int

	family family
	hinted map[string]bool // tests whose hint was shown
	absent []absence       // tests that were not run or not reported, by reason, in order
}

// New starts a transcript for one viewer of one owner's work.
func New(a course.Access, o Options) *Transcript {
	return &Transcript{access: a, options: o, hinted: map[string]bool{}}
}

// Event returns the lines of the next event.
func (t *Transcript) Event(e schema.Event) []string {
	whole := e
	e, ok := course.RedactEvent(e, t.access)
	if !ok {
		return nil
	}
	var out []string
	switch e.Kind {
	case schema.EventStarted:
		out = []string{startedLine(e.Text)}
	case schema.EventLine:
		out = t.buildLine(schema.Plain(e.Text))
	case schema.EventBuild:
		out = t.buildResult(e.Build)
	case schema.EventTest:
		out = t.test(e.Test)
	case schema.EventRequeued:
		*t = *New(t.access, t.options)
		out = Wrap("the runner was lost, your push waits again: "+OneLine(e.Text), Width)
	case schema.EventEnded:
		out = t.ended(whole)
	}
	for i, line := range out {
		out[i] = guard(line)
	}
	return out
}

// startedLine turns "standard runner, wall namespace" into words for a student.
func startedLine(text string) string {
	where, _, _ := strings.Cut(OneLine(text), ",")
	if where == "" {
		return "running"
	}
	return Truncate("running on a fresh "+where, Width)
}

// details returns the first lines of a message, indented below the line that they belong to.
func details(text string, most int) []string {
	text = strings.TrimRight(schema.Sanitize(text), "\n")
	if text == "" {
		return nil
	}
	all := strings.Split(text, "\n")
	var out []string
	for i, line := range all {
		if i == most {
			return append(out, detailIndent+"… more on the page")
		}
		for _, part := range fold(strings.ReplaceAll(line, "\t", "    "), Width-len(detailIndent)) {
			out = append(out, detailIndent+part)
		}
	}
	return out
}
