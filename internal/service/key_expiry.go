package service

import (
	"context"
	"time"
)

// keyExpiryEvery is how often expired keys are removed.
const keyExpiryEvery = time.Minute

// startKeyExpiry starts to remove expired keys, with the sessions, tokens, links and codes that they made.
func (s *Service) startKeyExpiry(ctx context.Context, _ *DataDir) error {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.removeExpiredKeys(ctx)
	}()
	s.onStop(func(context.Context) error {
		cancel()
		<-done
		return nil
	})
	return nil
}

func (s *Service) removeExpiredKeys(ctx context.Context) {
	tick := time.NewTicker(keyExpiryEvery)
	defer tick.Stop()
	for {
		if err := s.classroom.Accounts.RemoveExpiredKeys(ctx); err != nil && ctx.Err() == nil {
			s.Logger.Error("expired keys could not be removed", "error", err)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}
