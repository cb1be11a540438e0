package gitd

import (
	"fmt"
	"strings"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// tone is what a line's colour says, where colour was asked for; the words always
// say it too.
type tone string

const (
	good tone = "\x1b[32m"
	bad  tone = "\x1b[31m"
)

func (l *lines) paint(t tone, line string) string {
	if !l.colour {
		return line
	}
	return string(t) + line + "\x1b[0m"
}

// ended is the verdict. The event is the whole one: only here is what is hidden
// counted.
func (l *lines) ended(e schema.Event) []string {
	out := l.absences()
	if l.left > 0 {
		out = append(out, fmt.Sprintf("%d more tests are on the page", l.left))
	}
	switch {
	case e.State == schema.StateCancelled:
		return append(out, wrap("cancelled: "+oneLine(orElseText(e.Text, "by the course staff")), lineWidth)...)
	case e.State == schema.StateFailed:
		return append(out, "our machines failed, not you; the staff has been told.", "Nothing was charged. Push again to try once more.")
	case e.Result == nil:
		return append(out, wrap("ended without a result: "+oneLine(e.Text), lineWidth)...)
	}
	r, hidden := course.Redact(*e.Result, l.viewer)
	return append(out, l.verdict(r, hidden)...)
}

func (l *lines) verdict(r schema.Result, hidden schema.Hidden) []string {
	var out []string
	if len(r.Dropped) > 0 {
		out = append(out, wrap("kept away from the tests: "+oneLine(strings.Join(r.Dropped, ", ")), lineWidth)...)
	}
	score := r.Score.String() + " / " + r.MaxScore.String()
	switch r.Outcome {
	case schema.OutcomeCompileError:
		score = "does not compile: " + score
	case schema.OutcomeGraderError, schema.OutcomeInfrastructureError:
		return append(out, wrap(oneLine(orElseText(r.Message, string(r.Outcome))), lineWidth)...)
	}
	if r.Message != "" {
		out = append(out, wrap(oneLine(r.Message), lineWidth)...)
	}
	if hidden.Tests > 0 {
		tests, count := "tests", "count"
		if hidden.Tests == 1 {
			tests, count = "test", "counts"
		}
		line := fmt.Sprintf("%s now; %d hidden %s (%s points) %s after the due date", score, hidden.Tests, tests, hidden.Points, count)
		return append(out, wrap(line, lineWidth)...)
	}
	t := bad
	if r.Score.Cmp(r.MaxScore) >= 0 {
		t = good
	}
	return append(out, l.paint(t, score))
}

func orElseText(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
