package load

import (
	"archive/tar"
	"context"
	"io"
	"log/slog"
	"time"

	"github.com/grader/grader/scheduler"
	"github.com/grader/grader/schema"
)

// timed is the queue, and measures the duration of claims.
type timed struct {
	scheduler.Jobs
	claims *spans
}

// Claim implements scheduler.Jobs.
func (t timed) Claim(ctx context.Context, runner, flavour string, now time.Time, lease time.Duration) (schema.Job, error) {
	return t.measure(func() (schema.Job, error) { return t.Jobs.Claim(ctx, runner, flavour, now, lease) })
}

// ClaimLive implements scheduler.Jobs.
func (t timed) ClaimLive(ctx context.Context, runner, flavour string, now time.Time, lease time.Duration) (schema.Job, error) {
	return t.measure(func() (schema.Job, error) { return t.Jobs.ClaimLive(ctx, runner, flavour, now, lease) })
}

// measure adds the duration of a claim that found a job.
func (t timed) measure(claim func() (schema.Job, error)) (schema.Job, error) {
	began := time.Now()
	job, err := claim()
	if err == nil {
		t.claims.add(time.Since(began))
	}
	return job, err
}

// emptyTrees implements scheduler.Trees without files.
type emptyTrees struct{}

// ExportTar implements scheduler.Trees.
func (emptyTrees) ExportTar(_ context.Context, _ int64, _ string, w io.Writer) error {
	return tar.NewWriter(w).Close()
}

// scalings is a log handler that forwards only the scheduler's decisions on runners, and
// errors.
type scalings struct{ out *lines }

// Enabled implements slog.Handler.
func (s scalings) Enabled(_ context.Context, l slog.Level) bool { return l >= slog.LevelInfo }

// Handle implements slog.Handler.
func (s scalings) Handle(_ context.Context, r slog.Record) error {
	if r.Message != "runners scaled" && r.Level < slog.LevelError {
		return nil
	}
	said := r.Message
	r.Attrs(func(a slog.Attr) bool {
		switch {
		case r.Level >= slog.LevelError:
			said += " " + a.String()
		case a.Key == "why":
			said = a.Value.String()
		}
		return true
	})
	if r.Level >= slog.LevelError {
		return s.out.send(notice{Error: said})
	}
	return s.out.send(notice{Scaled: said})
}

// WithAttrs implements slog.Handler.
func (s scalings) WithAttrs([]slog.Attr) slog.Handler { return s }

// WithGroup implements slog.Handler.
func (s scalings) WithGroup(string) slog.Handler { return s }
