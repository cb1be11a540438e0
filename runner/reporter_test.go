package runner_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/grader/grader/runner/grade"
	"github.com/grader/grader/schema"
)

// TestEventsAreBatchedDuringRequests checks that the first event is sent at once, and that events
// that arrive during its request are sent together in the next one.
func TestEventsAreBatchedDuringRequests(t *testing.T) {
	t.Parallel()
	f := newFront(t)
	arrived, told := make(chan bool), make(chan bool)
	f.once("events", func(w http.ResponseWriter, r *http.Request) {
		f.keep(r)
		close(arrived)
		<-told
		w.WriteHeader(204)
	})
	check(t, f.serve(t.Context(), func(ctx context.Context, j grade.Job, o grade.Observer) (schema.Result, error) {
		<-arrived
		o.Line("one")
		o.Build(schema.BuildResult{Outcome: schema.OutcomePassed})
		o.Test(schema.TestResult{Name: "a"})
		close(told)
		return full(ctx, j, o)
	}))
	if got, want := f.kinds(), "0:started 1:line+build+test"; got != want {
		t.Errorf("batches %s, want %s", got, want)
	}
	if e := f.batches[0][0]; e.Attempt != 2 || e.At.IsZero() || e.Text != "standard runner, wall uid" {
		t.Errorf("event %+v", e)
	}
}

// TestRepeatedEventsKeepTheirCount checks that a batch whose answer was lost is sent again with the
// same count.
func TestRepeatedEventsKeepTheirCount(t *testing.T) {
	t.Parallel()
	f := newFront(t)
	f.once("events", func(w http.ResponseWriter, r *http.Request) {
		f.keep(r)
		panic(http.ErrAbortHandler)
	})
	check(t, f.serve(t.Context(), func(ctx context.Context, j grade.Job, o grade.Observer) (schema.Result, error) {
		return full(ctx, j, o)
	}))
	if got, want := f.kinds(), "0:started 0:started"; got != want {
		t.Errorf("batches %s, want %s", got, want)
	}
}

func TestVerdictComesAfterAllEvents(t *testing.T) {
	t.Parallel()
	f := newFront(t)
	check(t, f.serve(t.Context(), func(ctx context.Context, j grade.Job, o grade.Observer) (schema.Result, error) {
		for i := range 2000 {
			o.Test(schema.TestResult{Name: fmt.Sprint(i)})
		}
		return full(ctx, j, o)
	}))
	n := 0
	for i, batch := range f.batches {
		if len(batch) > 500 || f.firsts[i] != fmt.Sprint(n) {
			t.Errorf("batch %d: %d events from %s, want %d", i, len(batch), f.firsts[i], n)
		}
		n += len(batch)
	}
	if last := f.seen[len(f.seen)-1]; n != 2001 || last != "POST result" {
		t.Errorf("%d events, at last %s", n, last)
	}
}

func TestFloodOfLinesIsCut(t *testing.T) {
	t.Parallel()
	f := newFront(t)
	check(t, f.serve(t.Context(), func(ctx context.Context, j grade.Job, o grade.Observer) (schema.Result, error) {
		o.Line(strings.Repeat("é", 5000))
		for range 20_000 {
			o.Line("warning: unused variable")
		}
		return full(ctx, j, o)
	}))
	var last schema.Event
	size := 0
	for _, batch := range f.batches {
		for _, e := range batch {
			last = e
			size += len(e.Text)
		}
	}
	if !strings.Contains(last.Text, "more output is not shown") || size > 300<<10 {
		t.Errorf("%d bytes, at last %q", size, last.Text)
	}
}
