package runner

import (
	"context"
	"io"

	"github.com/grader/grader/runner/grade"
	"github.com/grader/grader/schema"
)

// observer passes on what the engine tells while it grades.
type observer struct {
	work   *work
	ctx    context.Context
	report *reporter
}

// Prepared sends what prepare left to the server, for later jobs. It is done before
// the first step of student code, since nothing is believed after it; a failure
// costs later jobs their time and nobody anything else.
func (o *observer) Prepared(dir string) {
	err := o.work.client.keepPrepared(o.ctx, o.work.order, func(w io.Writer) error { return grade.Pack(w, dir) })
	if err != nil && o.ctx.Err() == nil {
		o.work.agent.Logger.Warn("prepared files not kept", "job", o.work.order.Job, "error", err)
	}
}

// Line passes a line of the build's output on.
func (o *observer) Line(text string) {
	o.report.add(schema.Event{Kind: schema.EventLine, Text: text})
}

// Build passes the build's outcome on.
func (o *observer) Build(b schema.BuildResult) {
	o.report.add(schema.Event{Kind: schema.EventBuild, Build: &b})
}

// Test passes a test's outcome on.
func (o *observer) Test(t schema.TestResult) {
	o.report.add(schema.Event{Kind: schema.EventTest, Test: &t})
}
