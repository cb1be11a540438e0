package runner_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/grader/grader/runner"
	"github.com/grader/grader/runner/grade"
	"github.com/grader/grader/schema"
)

func TestCredentialIsReadStrictly(t *testing.T) {
	t.Parallel()
	good := `{"url":"http://127.0.0.1:1","runner":"r","token":"t","flavour":"f"}`
	for name, c := range map[string]struct{ credential, words string }{
		"nothing":              {"", "could not be read"},
		"no JSON":              {"token\n", "not what this version expects"},
		"an unknown field":     {strings.Replace(good, "runner", "rummer", 1), "not what this version expects"},
		"no token":             {strings.Replace(good, `"t"`, `""`, 1), "lacks its URL, flavour, or both"},
		"an endless line":      {strings.Repeat(" ", 1<<16), "could not be read"},
		"foreign certificates": {strings.Replace(good, `"runner"`, `"ca":"no PEM","runner"`, 1), "hold none in PEM form"},
		"an address of a pet":  {strings.Replace(good, "http://127.0.0.1:1", "rex", 1), "use http://HOST:PORT or unix:/PATH"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := &runner.Agent{Dir: t.TempDir(), Open: func(context.Context, string) (*runner.Station, error) { return &runner.Station{}, nil }}
			err := a.Run(t.Context(), strings.NewReader(c.credential))
			if schema.CodeOf(err) != schema.CodeInvalid || !strings.Contains(err.Error(), c.words) {
				t.Errorf("error %v, want the words %q", err, c.words)
			}
		})
	}
}

func TestUnavailableWallIsReported(t *testing.T) {
	t.Parallel()
	f := newFront(t)
	err := f.serve(t.Context(), full, func(a *runner.Agent) {
		a.Open = func(context.Context, string) (*runner.Station, error) { return nil, errors.New("no bubblewrap") }
	})
	if err == nil || !strings.Contains(err.Error(), "no bubblewrap") || len(f.seen) > 0 {
		t.Errorf("error %v after %v", err, f.seen)
	}
}

func TestAgentIsRefused(t *testing.T) {
	t.Parallel()
	f := newFront(t)
	f.once("register", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, 422, schema.ErrorReply{Code: schema.CodeRefused, Message: "the server speaks protocol 2"})
	})
	if err := f.serve(t.Context(), full); err == nil || !strings.Contains(err.Error(), "protocol 2") || len(f.seen) != 1 {
		t.Errorf("error %v after %v", err, f.seen)
	}
	f.order.Protocol++
	if err := f.serve(t.Context(), full); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("the server speaks protocol %d, this runner %d", schema.Protocol+1, schema.Protocol)) {
		t.Errorf("error %v", err)
	}
}

func TestAgentWaitsForJobAndServer(t *testing.T) {
	t.Parallel()
	f := newFront(t)
	f.once("register", unavailable)
	f.once("claim", func(w http.ResponseWriter, _ *http.Request) {
		f.once("claim", unavailable)
		w.WriteHeader(204)
	})
	f.once("submission.tar", unavailable)
	f.once("events", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) })
	f.once("result", unavailable)
	check(t, f.serve(t.Context(), full))
	if f.result == nil || f.kinds() != "0:started" {
		t.Errorf("events %s, result %+v", f.kinds(), f.result)
	}
	if n := len(slices.DeleteFunc(slices.Clone(f.seen), func(s string) bool { return s != "POST claim" })); n != 3 {
		t.Errorf("claimed %d times", n)
	}
}

func TestAgentGivesUp(t *testing.T) {
	t.Parallel()
	f := newFront(t)
	f.url = "http://127.0.0.1:1"
	err := f.serve(t.Context(), full, func(a *runner.Agent) { a.Patience = 50 * time.Millisecond })
	if err == nil || !strings.Contains(err.Error(), "the server does not answer") {
		t.Errorf("error %v", err)
	}
}

func TestWaitingAgentStopsCleanly(t *testing.T) {
	t.Parallel()
	f := newFront(t)
	ctx, end := context.WithCancel(t.Context())
	f.once("claim", func(_ http.ResponseWriter, r *http.Request) { end(); <-r.Context().Done() })
	check(t, f.serve(ctx, full))
}

func TestAbortedAgentReportsNothing(t *testing.T) {
	t.Parallel()
	f := newFront(t)
	ctx, end := context.WithCancel(t.Context())
	err := f.serve(ctx, func(ctx context.Context, j grade.Job, o grade.Observer) (schema.Result, error) {
		end()
		return full(ctx, j, o)
	})
	if !errors.Is(err, context.Canceled) || f.result != nil {
		t.Errorf("error %v, result %+v", err, f.result)
	}
}

// TestVerdictIsSentDespiteStop stops the runner while it sends the verdict, which must not be lost.
func TestVerdictIsSentDespiteStop(t *testing.T) {
	t.Parallel()
	f := newFront(t)
	ctx, end := context.WithCancel(t.Context())
	f.once("result", func(w http.ResponseWriter, r *http.Request) { end(); unavailable(w, r) })
	check(t, f.serve(ctx, full))
	if f.result == nil {
		t.Error("no verdict")
	}
}

func TestStaleAttemptStopsAtOnce(t *testing.T) {
	t.Parallel()
	for _, at := range []string{"heartbeat", "events"} {
		t.Run(at, func(t *testing.T) {
			t.Parallel()
			f := newFront(t)
			f.order.Lease = 3 * time.Millisecond
			f.once(at, stale)
			check(t, f.serve(t.Context(), func(ctx context.Context, _ grade.Job, _ grade.Observer) (schema.Result, error) {
				<-ctx.Done()
				return schema.Result{}, context.Cause(ctx)
			}))
			if f.result != nil {
				t.Error("a verdict of a stale attempt")
			}
		})
	}
	t.Run("claim", func(t *testing.T) {
		t.Parallel()
		f := newFront(t)
		f.once("claim", stale)
		check(t, f.serve(t.Context(), full))
	})
}

func TestRunnerEndsWithServer(t *testing.T) {
	t.Parallel()
	f := newFront(t)
	theirs, ours, err := os.Pipe()
	check(t, err)
	defer theirs.Close()
	_, err = ours.WriteString(f.credential(true))
	check(t, err)
	f.once("claim", func(_ http.ResponseWriter, r *http.Request) { _ = ours.Close(); <-r.Context().Done() })
	a := &runner.Agent{Dir: t.TempDir(), Open: func(context.Context, string) (*runner.Station, error) { return &runner.Station{}, nil }}
	check(t, a.Run(t.Context(), theirs))
}

func TestTruncatedTreeIsFetchedAgain(t *testing.T) {
	t.Parallel()
	f := newFront(t)
	f.once("tests.tar", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100000")
		_, _ = w.Write(make([]byte, 300))
	})
	check(t, f.serve(t.Context(), full))
	if f.result == nil || f.result.Outcome != schema.OutcomeGraded {
		t.Errorf("result %+v", f.result)
	}
}

func TestMalformedTreeBlamesInfrastructure(t *testing.T) {
	t.Parallel()
	f := newFront(t)
	f.once("tests.tar", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, strings.Repeat("no tar at all ", 100))
	})
	check(t, f.serve(t.Context(), full))
	if f.result == nil || f.result.Outcome != schema.OutcomeInfrastructureError || f.result.Blame != schema.BlameInfrastructure {
		t.Errorf("result %+v", f.result)
	}
}

func TestGateHasNoSubmissionAndNoPins(t *testing.T) {
	t.Parallel()
	f := newFront(t)
	f.order.Kind = schema.JobGate
	check(t, f.serve(t.Context(), func(ctx context.Context, j grade.Job, o grade.Observer) (schema.Result, error) {
		if j.Kind != schema.JobGate || j.Submission != "" || j.Pins != nil || j.Tests == "" {
			t.Errorf("job %+v", j)
		}
		return schema.Result{Outcome: schema.OutcomeGraded, Gate: &schema.GateResult{Passed: true}}, nil
	}))
	if f.result == nil || f.result.Gate == nil || slices.Contains(f.seen, "GET submission.tar") {
		t.Errorf("result %+v after %v", f.result, f.seen)
	}
}

// TestOnlyPushesConcealTheirTimes checks that only jobs of pushes conceal their times, because students see when these end.
func TestOnlyPushesConcealTheirTimes(t *testing.T) {
	t.Parallel()
	for kind, want := range map[schema.JobKind]bool{schema.JobGrade: true, schema.JobGate: false, schema.JobRegrade: false, schema.JobTry: false} {
		f := newFront(t)
		f.order.Kind = kind
		check(t, f.serve(t.Context(), func(_ context.Context, j grade.Job, _ grade.Observer) (schema.Result, error) {
			if j.Conceal != want {
				t.Errorf("%s: conceals %v, want %v", kind, j.Conceal, want)
			}
			return schema.Result{Outcome: schema.OutcomeGraded}, nil
		}))
	}
}

func TestNothingIsLeftBehind(t *testing.T) {
	t.Parallel()
	f := newFront(t)
	dir, closed := t.TempDir(), false
	check(t, f.serve(t.Context(), full, func(a *runner.Agent) {
		a.Dir = dir
		a.Open = func(_ context.Context, own string) (*runner.Station, error) {
			if info, err := os.Stat(own); err != nil || info.Mode().Perm() != 0o700 {
				t.Errorf("the runner's directory: %v, %v", info, err)
			}
			return &runner.Station{Engine: engine(full), Close: func() error { closed = true; return nil }}, nil
		}
	}))
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 || !closed {
		t.Errorf("left %v, %v; closed: %t", left, err, closed)
	}
}

func TestHugeResultIsSentWithoutOutput(t *testing.T) {
	t.Parallel()
	f := newFront(t)
	check(t, f.serve(t.Context(), func(context.Context, grade.Job, grade.Observer) (schema.Result, error) {
		r := schema.Result{Outcome: schema.OutcomeGraded, Blame: schema.BlameStudent, Tests: make([]schema.TestResult, 40)}
		for i := range r.Tests {
			r.Tests[i] = schema.TestResult{Name: "a", Score: schema.NewPoints(1, 3), Output: strings.Repeat("x", 1<<20)}
		}
		return r, nil
	}))
	if f.result == nil || len(f.result.Tests) != 40 || f.result.Tests[7].Output != "" || f.result.Tests[7].Score.IsZero() {
		t.Errorf("result %+v", f.result)
	}
}

func TestHugeResultIsSentWithShortMessages(t *testing.T) {
	t.Parallel()
	f := newFront(t)
	check(t, f.serve(t.Context(), func(context.Context, grade.Job, grade.Observer) (schema.Result, error) {
		r := schema.Result{Outcome: schema.OutcomeGraded, Blame: schema.BlameStudent, Tests: make([]schema.TestResult, 600)}
		for i := range r.Tests {
			r.Tests[i] = schema.TestResult{Name: "a", Score: schema.NewPoints(1, 3), Message: "not reported: " + strings.Repeat("x", 60_000), JudgeMessage: "seen by staff"}
		}
		return r, nil
	}))
	if f.result == nil || len(f.result.Tests) != 600 {
		t.Fatal("the result was not delivered")
	}
	if got := f.result.Tests[7]; !strings.HasPrefix(got.Message, "not reported: x") || len(got.Message) > 200 || got.JudgeMessage != "seen by staff" || got.Score.IsZero() {
		t.Errorf("%d bytes in the message, %q, %s", len(got.Message), got.JudgeMessage, got.Score)
	}
}
