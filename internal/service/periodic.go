package service

import (
	"context"
	"time"
)

// periodic is a task that a running server repeats.
type periodic struct {
	interval time.Duration
	atOnce   bool   // run the task at the start, not only after the first interval
	failure  string // log message if run fails
	run      func(context.Context) error
}

// every repeats a task in the background until the service stops. Stopping cancels its context and waits for it.
func (s *Service) every(ctx context.Context, p periodic) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.repeat(ctx, p)
	}()
	s.onStop(func(context.Context) error {
		cancel()
		<-done
		return nil
	})
}

func (s *Service) repeat(ctx context.Context, p periodic) {
	if p.atOnce {
		s.runOnce(ctx, p)
	}
	tick := time.NewTicker(p.interval)
	defer tick.Stop()
	for ctx.Err() == nil {
		select {
		case <-tick.C:
			s.runOnce(ctx, p)
		case <-ctx.Done():
			return
		}
	}
}

// runOnce runs a task and logs its error, unless the service stops.
func (s *Service) runOnce(ctx context.Context, p periodic) {
	if err := p.run(ctx); err != nil && ctx.Err() == nil {
		s.Logger.Error(p.failure, "error", err)
	}
}
