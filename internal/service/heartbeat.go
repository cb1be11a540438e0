package service

import (
	"context"
	"fmt"
	"time"
)

const (
	// beatEvery is how often a running server records the time.
	beatEvery = 30 * time.Second
	// leastDowntime is the shortest time without a server that counts as a downtime. A restart takes less.
	leastDowntime = 5 * time.Minute
)

// startHeartbeat records the time now and every beatEvery, so that the next server can compute the downtime.
func (s *Service) startHeartbeat(ctx context.Context, _ *DataDir) error {
	if err := s.store.Started(ctx, s.now(), leastDowntime); err != nil {
		return fmt.Errorf("heartbeat: %w", err)
	}
	beat := periodic{beatEvery, false, "heartbeat could not be stored", func(ctx context.Context) error { return s.store.Beat(ctx, s.now()) }}
	s.onStop(func(ctx context.Context) error { // runs after the last periodic beat
		s.runOnce(ctx, beat)
		return nil
	})
	s.every(ctx, beat)
	return nil
}

func (s *Service) now() time.Time {
	if s.Clock == nil {
		return time.Now()
	}
	return s.Clock()
}
