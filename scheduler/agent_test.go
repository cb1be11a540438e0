package scheduler_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/grader/grader/runner"
	"github.com/grader/grader/runner/grade"
	"github.com/grader/grader/scheduler"
	"github.com/grader/grader/schema"
)

// engine is a function that grades.
type engine func(ctx context.Context, j grade.Job, o grade.Observer) (schema.Result, error)

func (e engine) Grade(ctx context.Context, j grade.Job, o grade.Observer) (schema.Result, error) {
	return e(ctx, j, o)
}

// served starts the bundle's scheduler on a unix socket.
func (b *bundle) served() *bundle {
	return b.start(func(s *scheduler.Scheduler) { s.Socket = b.socket() })
}

func (b *bundle) socket() string { return filepath.Join(b.dir, "runners.sock") }

// agent starts a real runner with an engine, and returns a channel that receives the runner's final
// error.
func (b *bundle) agent(e engine) <-chan error {
	b.t.Helper()
	b.runners++
	id := fmt.Sprintf("agent-%d", b.runners)
	b.pool.mu.Lock()
	b.pool.alive[id] = "standard"
	b.pool.mu.Unlock()
	issued := b.Issue(id, "standard")
	issued.URL = "unix:" + b.socket()
	credential, err := json.Marshal(issued)
	check(b.t, err)
	a := &runner.Agent{Dir: b.t.TempDir(), Version: "v1", Logger: slog.New(slog.DiscardHandler), Open: func(context.Context, string) (*runner.Station, error) {
		return &runner.Station{Engine: e, Wall: "uid", Image: "image"}, nil
	}}
	ended := make(chan error, 1)
	go func() { ended <- a.Run(b.t.Context(), strings.NewReader(string(credential)+"\n")) }()
	return ended
}

// pass reports success with a few events.
func pass(_ context.Context, _ grade.Job, o grade.Observer) (schema.Result, error) {
	o.Build(schema.BuildResult{Outcome: schema.OutcomePassed})
	o.Test(schema.TestResult{Name: "a", Test: "a", Outcome: schema.OutcomePassed, Visible: schema.VisibleAlways})
	return graded(), nil
}

// follow watches a job until it ends.
func (b *bundle) follow(job int64) schema.Event {
	b.t.Helper()
	events, err := b.Watch(b.t.Context(), job, 0)
	check(b.t, err)
	var last schema.Event
	for e := range events {
		last = e
	}
	return last
}

func TestAgentGradesAJob(t *testing.T) {
	t.Parallel()
	b := newBundle(t).served()
	ended := b.agent(func(ctx context.Context, j grade.Job, o grade.Observer) (schema.Result, error) {
		for dir, want := range map[string]string{j.Submission: "commit 0000", j.Tests: "commit 0000"} {
			content, err := os.ReadFile(filepath.Join(dir, "file"))
			if err != nil || !strings.Contains(string(content), want) {
				t.Errorf("%s: %q, %v", dir, content, err)
			}
		}
		if j.Prepared != "" || j.Flavour.Name != "standard" || j.Zone != time.UTC || j.Provenance.Attempt != 1 {
			t.Errorf("job %+v", j)
		}
		prepared := t.TempDir()
		check(t, os.WriteFile(filepath.Join(prepared, "check"), []byte("prepared"), 0o755))
		o.Prepared(prepared)
		o.Line("gcc -o hello hello.c")
		return pass(ctx, j, o)
	})
	job := b.push("alice")
	if e := b.follow(job.ID); e.Result == nil || e.Result.Outcome != schema.OutcomeGraded {
		t.Errorf("ended with %+v", e)
	}
	check(t, <-ended)
	want := "[queued assigned started line build test ended]"
	if got := fmt.Sprint(b.kinds(job.ID)); got != want {
		t.Errorf("events %s, want %s", got, want)
	}

	ended = b.agent(func(ctx context.Context, j grade.Job, o grade.Observer) (schema.Result, error) {
		if content, err := os.ReadFile(filepath.Join(j.Prepared, "check")); err != nil || string(content) != "prepared" {
			t.Errorf("what the first job prepared: %q, %v", content, err)
		}
		return pass(ctx, j, o)
	})
	b.follow(b.push("bob").ID)
	check(t, <-ended)
}

func TestAgentReportsBlame(t *testing.T) {
	t.Parallel()
	b := newBundle(t).served()
	broken := b.agent(func(context.Context, grade.Job, grade.Observer) (schema.Result, error) {
		return schema.Result{}, schema.Errorf(schema.CodeInvalid, "assignment.yaml:3:1: unknown key")
	})
	e := b.follow(b.push("alice").ID)
	check(t, <-broken)
	if e.Result == nil || e.Result.Blame != schema.BlameGrader || e.Result.Message != "assignment.yaml:3:1: unknown key" {
		t.Errorf("ended with %+v", e)
	}
	job := b.push("bob")
	for range schema.MaxAttempts {
		ended := b.agent(func(context.Context, grade.Job, grade.Observer) (schema.Result, error) {
			return schema.Result{}, errors.New("no space left on device")
		})
		check(t, <-ended)
	}
	if j := b.job(job.ID); j.State != schema.StateFailed || j.Reason != "the machine failed" {
		t.Errorf("job %+v", j)
	}
}

// TestAgentStopsWhenJobIsCancelled checks that a runner stops grading a job that staff or the
// rescuer took away. The next heartbeat reports it.
func TestAgentStopsWhenJobIsCancelled(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.start(func(s *scheduler.Scheduler) { s.Socket, s.Lease = b.socket(), time.Second })
	begun := make(chan bool)
	ended := b.agent(func(ctx context.Context, _ grade.Job, _ grade.Observer) (schema.Result, error) {
		close(begun)
		<-ctx.Done()
		return schema.Result{}, context.Cause(ctx)
	})
	job := b.push("alice")
	<-begun
	if _, err := b.store.Release(t.Context(), job.ID, 1, "a test", time.Now()); err != nil {
		t.Fatal(err)
	}
	check(t, <-ended)
	if j := b.job(job.ID); j.State != schema.StateQueued {
		t.Errorf("job %+v", j)
	}
}

// TestAgentSurvivesServerRestart kills the server in the middle of a job and starts it again. The
// runner, which is on another machine, continues to stream.
func TestAgentSurvivesServerRestart(t *testing.T) {
	t.Parallel()
	b := newBundle(t).served()
	begun, restarted := make(chan bool), make(chan bool)
	ended := b.agent(func(ctx context.Context, j grade.Job, o grade.Observer) (schema.Result, error) {
		o.Line("before")
		close(begun)
		<-restarted
		o.Line("after")
		return pass(ctx, j, o)
	})
	job := b.push("alice")
	<-begun
	b.pool.mu.Lock()
	b.pool.stays = true
	b.pool.mu.Unlock()
	check(t, b.Stop(t.Context()))
	close(restarted)
	b.served()
	if e := b.follow(job.ID); e.Result == nil || e.Attempt != 1 {
		t.Errorf("ended with %+v", e)
	}
	check(t, <-ended)
	if got, want := fmt.Sprint(b.kinds(job.ID)), "[queued assigned started line line build test ended]"; got != want {
		t.Errorf("events %s, want %s", got, want)
	}
}

// BenchmarkEmptyJob runs the whole protocol with a job that takes no time itself.
func BenchmarkEmptyJob(b *testing.B) {
	x := newBundle(b).served()
	var claimed, first, total time.Duration
	for b.Loop() {
		ended := x.agent(pass)
		for ready := false; !ready; {
			for _, s := range x.RunnerStates() {
				ready = ready || s.Phase == "ready"
			}
		}
		began := time.Now()
		job := x.push("alice")
		events, err := x.Watch(b.Context(), job.ID, 0)
		check(b, err)
		for e := range events {
			switch e.Kind {
			case schema.EventAssigned:
				claimed += time.Since(began)
			case schema.EventStarted:
				first += time.Since(began)
			case schema.EventEnded:
				total += time.Since(began)
			}
		}
		check(b, <-ended)
	}
	n := time.Duration(b.N)
	b.ReportMetric(float64((claimed/n).Microseconds())/1000, "ms-to-claim")
	b.ReportMetric(float64((first/n).Microseconds())/1000, "ms-to-first-event")
	b.ReportMetric(float64((total/n).Microseconds())/1000, "ms-to-verdict")
}
