package gitd

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
)

func TestReceptionResolvesOnce(t *testing.T) {
	t.Parallel()
	r := newReception()
	first := &recorded{}
	r.resolve(outcome{kind: outcomeRecorded, recorded: first})
	r.resolve(refusedFor(refusal{code: refusalMoved}))
	for range 2 { // every caller gets the outcome, at every call
		if got := r.wait(); got.kind != outcomeRecorded || got.recorded != first {
			t.Errorf("outcome %+v, want the first one", got)
		}
	}
}

func TestReceptionAbortsOnlyWhileGitRuns(t *testing.T) {
	t.Parallel()
	r := newReception()
	killed := 0
	r.abort(refusal{text: "too early"})
	r.begin(func() { killed++ })
	r.abort(refusal{text: "the pack did not come"})
	r.abort(refusal{text: "the server is stopping"})
	r.gitEnded()
	r.abort(refusal{text: "too late"})
	if _, _, why := r.facts(); killed != 2 || why.text != "the pack did not come" || r.running() {
		t.Errorf("killed %d times for %q, running %v; want twice, for the first reason", killed, why.text, r.running())
	}
}

func TestReceptionRecordsOnce(t *testing.T) {
	t.Parallel()
	r := newReception()
	if _, err := r.record(t.Context(), func() (*recorded, error) { return nil, errors.New("no disk") }); err == nil {
		t.Error("no error")
	}
	var calls atomic.Int32
	var callers sync.WaitGroup
	got := make([]*recorded, 8)
	for i := range got {
		callers.Go(func() {
			is, err := r.record(t.Context(), func() (*recorded, error) { calls.Add(1); return new(recorded), nil })
			if err != nil {
				t.Error(err)
			}
			got[i] = is
		})
	}
	callers.Wait()
	<-r.recordedDone
	for _, is := range got {
		if is == nil || is != got[0] {
			t.Errorf("recorded as %p and %p", is, got[0])
		}
	}
	if calls.Load() != 1 {
		t.Errorf("recorded %d times", calls.Load())
	}
}

// TestReceptionWaitsForRecordingUntilItsContextEnds records a push whose other attempt does not return.
func TestReceptionWaitsForRecordingUntilItsContextEnds(t *testing.T) {
	t.Parallel()
	r := newReception()
	began, stalled, ended := make(chan struct{}), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		_, _ = r.record(t.Context(), func() (*recorded, error) { close(began); <-stalled; return new(recorded), nil })
	}()
	<-began
	ctx, cancel := context.WithCancelCause(t.Context())
	hookEnds := errors.New("the hook's time is over")
	cancel(hookEnds)
	if _, err := r.record(ctx, func() (*recorded, error) { return nil, errors.New("recorded twice at one time") }); !errors.Is(err, hookEnds) {
		t.Errorf("error %v", err)
	}
	close(stalled)
	<-ended
	if is, _, _ := r.facts(); is == nil {
		t.Error("the first attempt was not kept")
	}
}

func TestReceptionResolvesLate(t *testing.T) {
	t.Parallel()
	r := newReception()
	r.resolveAfter(1, func() outcome { return outcome{kind: outcomeStored} })
	r.resolveAfter(1, func() outcome { return outcome{kind: outcomeRejected} })
	if got := r.wait().kind; got != outcomeStored {
		t.Errorf("outcome %d, want that of the first call", got)
	}
}

// TestLatePanicEndsOnlyItsPush has what a student would be told late panic: in any code, and in that of unrecorded.
func TestLatePanicEndsOnlyItsPush(t *testing.T) {
	t.Parallel()
	s := &receiver{services: &services{Logger: slog.New(slog.DiscardHandler), Limits: Limits{Record: 1}}} // it has no repositories
	for name, late := range map[string]func() outcome{
		"a bug":           func() outcome { panic("a bug") },
		"a push's facts":  func() outcome { return s.unrecorded(&push{}, nil) },
		"shared, as here": sync.OnceValue(func() outcome { return s.unrecorded(&push{}, nil) }),
	} {
		p := &push{reception: newReception()}
		s.resolveLate(p, late)
		if got, want := p.reception.wait(), refusedFor(unavailableRefusal(errPanic)); got.kind != want.kind {
			t.Errorf("%s: outcome %d, want %d", name, got.kind, want.kind)
		}
	}
}
