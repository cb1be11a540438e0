package runner

import (
	"context"
	"io"

	"github.com/grader/grader/runner/grade"
	"github.com/grader/grader/schema"
)

// observer forwards the engine's reports while it grades.
type observer struct {
	work   *work
	ctx    context.Context
	report *reporter
}

// Prepared sends prepare's files to the server, for later jobs. It must run before the first step
// of student code, because the server refuses the files after that. An error only costs later jobs
// time.
func (o *observer) Prepared(dir string) {
	err := o.work.client.keepPrepared(o.ctx, o.work.order, func(w io.Writer) error { return grade.Pack(w, dir) })
	if err != nil && o.ctx.Err() == nil {
		o.work.agent.Logger.Warn("prepared files not kept", "job", o.work.order.Job, "error", err)
	}
}

// Line forwards a line of the build's output.
func (o *observer) Line(text string) {
	o.report.add(schema.Event{Kind: schema.EventLine, Text: text})
}

// Build forwards the build's result.
func (o *observer) Build(b schema.BuildResult) {
	o.report.add(schema.Event{Kind: schema.EventBuild, Build: &b})
}

// Test forwards a test's result.
func (o *observer) Test(t schema.TestResult) {
	o.report.add(schema.Event{Kind: schema.EventTest, Test: &t})
}
