package transcript

import (
	"fmt"
	"strings"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// tone is the colour of a line if colour was requested. The words are the same without colour.
type tone string

const (
	good tone = "\x1b[32m"
	bad  tone = "\x1b[31m"
)

func (t *Transcript) paint(c tone, line string) string {
	if !t.options.Colour {
		return line
	}
	return string(c) + line + "\x1b[0m"
}

// ended returns the verdict. The event is not redacted before, because the hidden tests are counted
// here.
func (t *Transcript) ended(e schema.Event) []string {
	out := append(t.endFamily(), t.absences()...)
	if t.left > 0 {
		out = append(out, fmt.Sprintf("%d more tests are on the page", t.left))
	}
	switch {
	case t.options.Gate:
		return out
	case e.State == schema.StateCancelled:
		return append(out, Wrap("cancelled: "+OneLine(orElse(e.Text, "by the course staff")), Width)...)
	case e.State == schema.StateFailed:
		return append(out, "our machines failed, not you; the staff has been told.", "Nothing was charged. Push again to try once more.")
	case e.Result == nil:
		return append(out, Wrap("ended without a result: "+OneLine(e.Text), Width)...)
	}
	r, hidden := course.Redact(*e.Result, t.access)
	return append(out, t.verdict(r, hidden)...)
}

func (t *Transcript) verdict(r schema.Result, hidden schema.Hidden) []string {
	var out []string
	if len(r.Dropped) > 0 {
		out = append(out, Wrap("kept away from the tests: "+OneLine(strings.Join(r.Dropped, ", ")), Width)...)
	}
	score := r.Score.String() + " / " + r.MaxScore.String()
	switch r.Outcome {
	case schema.OutcomeCompileError:
		score = "does not compile: " + score
	case schema.OutcomeGraderError, schema.OutcomeInfrastructureError:
		return append(out, Wrap(OneLine(orElse(r.Message, string(r.Outcome))), Width)...)
	}
	if r.Message != "" {
		out = append(out, Wrap(OneLine(r.Message), Width)...)
	}
	if hidden.Tests > 0 {
		return append(out, Wrap(score+" now; "+course.HiddenWords(hidden), Width)...)
	}
	c := bad
	if r.Score.Cmp(r.MaxScore) >= 0 {
		c = good
	}
	return append(out, t.paint(c, score))
}
