package service

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"
)

// TestPeriodicGoesOnAfterFailure runs a task that fails twice, and stops the service during the
// third run.
func TestPeriodicGoesOnAfterFailure(t *testing.T) {
	t.Parallel()
	var logged bytes.Buffer
	s := &Service{Logger: slog.New(slog.NewTextHandler(&logged, nil))}
	runs, third := 0, make(chan struct{})
	s.every(t.Context(), periodic{time.Nanosecond, false, "count runs", func(ctx context.Context) error {
		if runs++; runs < 3 {
			return errors.New("no room")
		}
		close(third)
		<-ctx.Done()
		runs++
		return ctx.Err()
	}})
	<-third
	if err := s.Stop(t.Context()); err != nil || runs != 4 {
		t.Errorf("%d runs, %v", runs, err) // Stop waits for the run that it interrupts
	}
	if got := logged.String(); strings.Count(got, `msg="count runs" error="no room"`) != 2 || strings.Contains(got, "canceled") {
		t.Errorf("logged %s", got)
	}
}

// TestPeriodicAtOnce uses an interval that never ends.
func TestPeriodicAtOnce(t *testing.T) {
	t.Parallel()
	for _, atOnce := range []bool{true, false} {
		s := &Service{Logger: slog.New(slog.DiscardHandler)}
		ran := make(chan struct{}, 1)
		s.every(t.Context(), periodic{1 << 62, atOnce, "run", func(context.Context) error {
			ran <- struct{}{}
			return nil
		}})
		if atOnce {
			<-ran
		}
		if err := s.Stop(t.Context()); err != nil || len(ran) > 0 {
			t.Errorf("at once %t: ran again, or %v", atOnce, err)
		}
	}
}

// TestPeriodicOutlivesTheStart cancels the context of the start.
func TestPeriodicOutlivesTheStart(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s := &Service{Logger: slog.New(slog.DiscardHandler)}
	got := make(chan error, 1)
	s.every(ctx, periodic{1 << 62, true, "run", func(ctx context.Context) error {
		got <- ctx.Err()
		return nil
	}})
	if err := <-got; err != nil {
		t.Error(err)
	}
	if err := s.Stop(t.Context()); err != nil {
		t.Error(err)
	}
}
