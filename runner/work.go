package runner

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/grader/grader/runner/grade"
	"github.com/grader/grader/schema"
)

// work is the runner's one job.
type work struct {
	agent   *Agent
	client  *client
	station *Station
	order   schema.Order
	dir     string
	// priority is this process's priority. It is normal while students' programs run, because this
	// process measures them.
	priority *priority
}

// run does the job and delivers its result. It returns nil if the attempt is stale, because another
// runner then grades the job.
func (w *work) run(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	beating := make(chan struct{})
	beatCtx, calm := context.WithCancel(ctx)
	go func() { defer close(beating); w.sendHeartbeats(beatCtx, cancel) }()
	defer func() { calm(); <-beating }()

	report := newReporter(ctx, w.client, w.order, w.agent.Clock, cancel)
	report.started(w.order.Flavour.Name, w.station.Wall)
	result, err := w.grade(ctx, report)
	if ctx.Err() != nil {
		report.abandon()
		return w.ended(context.Cause(ctx))
	}
	if err != nil {
		result = w.failureResult(err)
	}
	return w.deliver(ctx, report, result)
}

// ended returns nil if the attempt is stale, and otherwise a failure of the runner.
func (w *work) ended(cause error) error {
	if schema.CodeOf(cause) == schema.CodeStale {
		w.agent.Logger.Info("job taken away", "job", w.order.Job, "attempt", w.order.Attempt)
		return nil
	}
	return fmt.Errorf("job %d not finished: %w", w.order.Job, cause)
}

// deliver sends the rest of the events and then the result. It continues for a limited time after
// the runner was told to stop.
func (w *work) deliver(ctx context.Context, report *reporter, result schema.Result) error {
	if err := report.flush(ctx); err != nil {
		return w.ended(err)
	}
	last, cancel := withGrace(ctx, lastWrites)
	defer cancel()
	if err := w.client.result(last, w.order, result); err != nil {
		return w.ended(err)
	}
	w.agent.Logger.Debug("verdict delivered", "job", w.order.Job, "outcome", result.Outcome)
	return nil
}

// withGrace returns a context that ends a grace period after ctx has ended.
func withGrace(ctx context.Context, grace time.Duration) (context.Context, context.CancelFunc) {
	last, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		if schema.CodeOf(context.Cause(ctx)) == schema.CodeStale {
			cancel()
			return
		}
		timer := time.AfterFunc(grace, cancel)
		context.AfterFunc(last, func() { timer.Stop() })
	})
	return last, func() { stop(); cancel() }
}

// failureResult returns the result of a job that could not be graded, with who is responsible.
func (w *work) failureResult(err error) schema.Result {
	now := w.agent.Clock()
	r := schema.Result{StartedAt: now, FinishedAt: now, Provenance: w.provenance()}
	var told *schema.Error
	if errors.As(err, &told) && told.Code == schema.CodeInvalid {
		r.Outcome, r.Blame, r.Message = schema.OutcomeGraderError, schema.BlameGrader, told.Error()
		return r
	}
	w.agent.Logger.Error("job could not be graded", "job", w.order.Job, "error", err)
	r.Outcome, r.Blame, r.Message = schema.OutcomeInfrastructureError, schema.BlameInfrastructure, "the machine failed"
	return r
}

// provenance returns everything that determines the result. The server replaces the fields that it
// knows itself.
func (w *work) provenance() schema.Provenance {
	return schema.Provenance{
		Submission: w.order.Submission.Commit,
		Tests:      w.order.Tests.Commit,
		Flavour:    w.order.Flavour.Name,
		Image:      w.station.Image,
		Grader:     w.agent.Version,
		Wall:       w.station.Wall,
		Attempt:    w.order.Attempt,
	}
}

// grade fetches the trees and runs the engine.
func (w *work) grade(ctx context.Context, report *reporter) (schema.Result, error) {
	zone, err := time.LoadLocation(w.order.Zone)
	if err != nil {
		return schema.Result{}, fmt.Errorf("course's zone: %w", err)
	}
	trees, err := w.fetch(ctx)
	if err != nil {
		return schema.Result{}, err
	}
	job := grade.Job{
		Autograders: func(ctx context.Context, o schema.AutograderOrder, files func(io.Writer) error) (schema.AutograderRun, error) {
			return w.client.autograder(ctx, w.order, o, files)
		},
		Kind:       w.order.Kind,
		Gate:       w.order.Gate,
		Submission: trees.submission,
		Tests:      trees.tests,
		Prepared:   trees.prepared,
		Pins:       &w.order.Pins,
		Owners:     ownersOf(w.order.Name),
		ReceivedAt: w.order.ReceivedAt,
		Zone:       zone,
		Limits:     w.order.Limits,
		Flavour:    &w.order.Flavour,
		Provenance: w.provenance(),
		Background: w.order.Background,
		Conceal:    w.order.Kind == schema.JobGrade, // a try has no tests to conceal
	}
	if w.order.Kind == schema.JobGate {
		job.Pins = nil // pins come from the gate
	}
	w.priority.background(false)
	defer w.priority.background(w.order.Background)
	return w.station.Engine.Grade(ctx, job, &observer{work: w, ctx: ctx, report: report})
}

// sendHeartbeats extends the lease until ctx ends. A stale attempt ends the job at once; an
// unreachable server is retried until it has been unreachable for too long.
func (w *work) sendHeartbeats(ctx context.Context, stop context.CancelCauseFunc) {
	pause := time.NewTicker(max(w.order.Lease/3, time.Millisecond))
	defer pause.Stop()
	for {
		select {
		case <-pause.C:
		case <-ctx.Done():
			return
		}
		if _, err := w.client.heartbeat(ctx, w.order); err != nil && ctx.Err() == nil {
			stop(err)
			return
		}
	}
}

// ownersOf returns the owner in the name of a submission; none for a gate.
func ownersOf(name string) []string {
	parsed, err := schema.ParseSubmissionName(name)
	if err != nil {
		return nil
	}
	return []string{parsed.Owner}
}
