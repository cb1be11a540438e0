package command

import (
	"fmt"
	"io"
	"strings"

	"github.com/grader/grader/gitd/transcript"
	"github.com/grader/grader/schema"
)

// checkObserver prints a grading on a terminal in the format of a push.
type checkObserver struct {
	out        io.Writer
	transcript *transcript.Transcript
	verbose    bool
}

func (o *checkObserver) show(e schema.Event) {
	for _, line := range o.transcript.Event(e) {
		fmt.Fprintln(o.out, line)
	}
}

// Prepared does nothing.
func (o *checkObserver) Prepared(string) {}

// Line shows a line of the build's output.
func (o *checkObserver) Line(text string) { o.show(schema.Event{Kind: schema.EventLine, Text: text}) }

// Build shows the build's outcome.
func (o *checkObserver) Build(b schema.BuildResult) {
	o.show(schema.Event{Kind: schema.EventBuild, Build: &b})
}

// Test shows a test's outcome. If verbose, it also shows what only staff read: a checker's message, or what an autograder
// printed.
func (o *checkObserver) Test(t schema.TestResult) {
	o.show(schema.Event{Kind: schema.EventTest, Test: &t})
	if !o.verbose || t.JudgeMessage == "" {
		return
	}
	fmt.Fprintln(o.out, "           for staff:")
	for line := range strings.Lines(schema.Sanitize(schema.Plain(t.JudgeMessage))) {
		fmt.Fprintln(o.out, "           | "+strings.TrimRight(line, "\n"))
	}
}
