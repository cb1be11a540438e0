package service

import (
	"context"
	"fmt"
	"time"
)

const (
	// beatEvery is how often a running server records the time.
	beatEvery = 30 * time.Second
	// leastDowntime is the shortest time without a server that counts as a downtime; a restart is shorter.
	leastDowntime = 5 * time.Minute
)

// startHeartbeat records the time now and every beatEvery, so that the next server knows since when none received pushes.
func (s *Service) startHeartbeat(ctx context.Context, _ *DataDir) error {
	if err := s.store.Started(ctx, s.now(), leastDowntime); err != nil {
		return fmt.Errorf("heartbeat: %w", err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(beatEvery)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				s.beat(ctx)
			case <-ctx.Done():
				return
			}
		}
	}()
	s.onStop(func(ctx context.Context) error {
		cancel()
		<-done
		s.beat(ctx)
		return nil
	})
	return nil
}

func (s *Service) beat(ctx context.Context) {
	if err := s.store.Beat(ctx, s.now()); err != nil && ctx.Err() == nil {
		s.Logger.Error("note that the server runs", "error", err)
	}
}

func (s *Service) now() time.Time {
	if s.Clock == nil {
		return time.Now()
	}
	return s.Clock()
}
