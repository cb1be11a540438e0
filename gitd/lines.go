package gitd

import (
	"fmt"
	"strings"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// The caps on what one job may print.
const (
	maxBuildLines = 60
	maxTestLines  = 300 // tests that are not passed in full
	maxPassLines  = 100
	maxDetails    = 6 // lines of one message
	detailIndent  = "           "
)

// lines renders a job's events for one viewer: plain, redacted, sanitised, at most
// lineWidth columns. It is a pure function of the events that it has seen.
type lines struct {
	viewer course.Viewer
	colour bool

	build, passes, others, left int

	hinted map[string]bool // tests whose hint was shown
	absent []absence       // what was not run or not reported, by reason, in order
}

// absence is how many tests were not run, or not reported, for one reason: each would
// be a line that says nothing new.
type absence struct {
	word, of string
	reason   string
	tests    int
	first    string
}

func newLines(v course.Viewer, colour bool) *lines {
	return &lines{viewer: v, colour: colour, hinted: map[string]bool{}}
}

// event returns the lines of one event.
func (l *lines) event(e schema.Event) []string {
	whole := e
	e, ok := course.RedactEvent(e, l.viewer)
	if !ok {
		return nil
	}
	var out []string
	switch e.Kind {
	case schema.EventStarted:
		out = []string{startedLine(e.Text)}
	case schema.EventLine:
		out = l.buildLine(e.Text)
	case schema.EventBuild:
		out = l.buildResult(e.Build)
	case schema.EventTest:
		out = l.test(e.Test)
	case schema.EventRequeued:
		*l = *newLines(l.viewer, l.colour)
		out = wrap("the runner was lost, your push waits again: "+oneLine(e.Text), lineWidth)
	case schema.EventEnded:
		out = l.ended(whole)
	}
	for i, line := range out {
		out[i] = guard(line)
	}
	return out
}

// startedLine turns "standard runner, wall namespace" into words for a student.
func startedLine(text string) string {
	where, _, _ := strings.Cut(oneLine(text), ",")
	if where == "" {
		return "running"
	}
	return clip("running on a fresh "+where, lineWidth)
}

// buildLine is a line that a compiler or a student's build prints, marked as such.
func (l *lines) buildLine(text string) []string {
	l.build++
	switch {
	case l.build > maxBuildLines+1:
		return nil
	case l.build > maxBuildLines:
		return []string{"| … more on the page"}
	}
	return []string{clip("| "+oneLine(text), lineWidth)}
}

func (l *lines) buildResult(b *schema.BuildResult) []string {
	if b == nil {
		return nil
	}
	if b.Outcome == schema.OutcomePassed {
		return []string{spread("build    ok", span(b.Duration))}
	}
	out := []string{l.paint(bad, spread("build    FAILED", span(b.Duration)))}
	if b.Message != "" {
		out = append(out, details(b.Message, maxDetails)...)
	}
	if l.build > 0 || b.Output == "" {
		return out // it was shown as it came
	}
	for line := range strings.SplitSeq(strings.TrimRight(b.Output, "\n"), "\n") {
		out = append(out, l.buildLine(line)...)
	}
	return out
}

func (l *lines) test(t *schema.TestResult) []string {
	switch {
	case t == nil:
		return nil
	case t.Outcome == schema.OutcomeNotRun || t.Outcome == schema.OutcomeMissing:
		l.gather(t)
		return nil
	case !l.room(t.Outcome == schema.OutcomePassed):
		return nil
	case t.Unpinned:
		return append([]string{clipName("extra ", oneLine(t.Name), lineWidth)}, details("not one of the assignment's cases: earns nothing", 1)...)
	}
	word := testWord(t.Outcome)
	head, took := fmt.Sprintf("%s  %-3s  ", word, t.Score.String()+"/"+t.MaxScore.String()), span(t.Wall)
	line := spread(clipName(head, oneLine(t.Name), lineWidth-columns(took)-1), took)
	if t.Outcome == schema.OutcomePassed {
		return []string{l.paint(good, line)}
	}
	out := []string{l.paint(bad, line)}
	out = append(out, details(reason(t), maxDetails)...)
	return append(out, l.hint(t)...)
}

// hint is said once for all the cases of a test.
func (l *lines) hint(t *schema.TestResult) []string {
	if t.Hint == "" || l.hinted[t.Test] {
		return nil
	}
	l.hinted[t.Test] = true
	return details("note: "+t.Hint, 2)
}

// gather counts a test that was not run, or that its report lacks.
func (l *lines) gather(t *schema.TestResult) {
	what := absence{word: testWord(t.Outcome), reason: reason(t), tests: 1, first: t.Name}
	if t.Outcome == schema.OutcomeMissing {
		what.of = " of " + oneLine(t.Test)
	}
	for i, a := range l.absent {
		if a.word == what.word && a.of == what.of && a.reason == what.reason {
			l.absent[i].tests++
			return
		}
	}
	l.absent = append(l.absent, what)
}

// absences says what was not run or not reported, a line or two for each reason.
func (l *lines) absences() []string {
	var out []string
	for _, a := range l.absent {
		what := fmt.Sprintf("%d tests%s", a.tests, a.of)
		if a.tests == 1 {
			what = oneLine(a.first)
		}
		out = append(out, clipName(a.word+"  ", what, lineWidth))
		out = append(out, details(a.reason, 2)...)
	}
	return out
}

// room counts a test, and reports whether there is room for its line.
func (l *lines) room(passed bool) bool {
	count, limit := &l.others, maxTestLines
	if passed {
		count, limit = &l.passes, maxPassLines
	}
	*count++
	if *count > limit {
		l.left++
		return false
	}
	return true
}

func testWord(o schema.Outcome) string {
	switch o {
	case schema.OutcomePassed:
		return "pass"
	case schema.OutcomePartial:
		return "part"
	case schema.OutcomeNotRun:
		return "skip"
	}
	return "FAIL"
}

// reason says why a test did not pass: the message, and where there is none, what
// the outcome says. What does not compile is told in the compiler's words.
func reason(t *schema.TestResult) string {
	if t.Outcome == schema.OutcomeCompileError && t.Output != "" {
		return strings.TrimPrefix(t.Message+"\n"+t.Output, "\n")
	}
	if t.Message != "" {
		return t.Message
	}
	switch t.Outcome {
	case schema.OutcomeCrashed:
		if t.Signal != "" {
			return "crashed: " + t.Signal
		}
		return fmt.Sprintf("crashed: exit status %d", t.ExitStatus)
	case schema.OutcomeFailed, schema.OutcomePartial:
		return ""
	}
	return strings.ReplaceAll(string(t.Outcome), "-", " ")
}

// details are the first lines of a message, below the line that they belong to.
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
		for _, part := range fold(strings.ReplaceAll(line, "\t", "    "), lineWidth-len(detailIndent)) {
			out = append(out, detailIndent+part)
		}
	}
	return out
}

// oneLine makes any text fit for a part of one line.
func oneLine(s string) string {
	s = strings.TrimRight(s, "\r\n")
	return schema.Sanitize(strings.NewReplacer("\n", " ", "\t", "    ").Replace(s))
}
