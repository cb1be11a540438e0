package service

import (
	"context"
	"time"
)

// gradeUpdateEvery is how often grades are updated whose owners' time has ended. Readers of a grade do not depend on it:
// see store.UpdateDueGrades.
const gradeUpdateEvery = time.Minute

// startGradeUpdates starts to update grades at the end of their owners' time, including grades that nobody reads.
func (s *Service) startGradeUpdates(ctx context.Context, _ *DataDir) error {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.updateGrades(ctx)
	}()
	s.onStop(func(context.Context) error {
		cancel()
		<-done
		return nil
	})
	return nil
}

func (s *Service) updateGrades(ctx context.Context) {
	tick := time.NewTicker(gradeUpdateEvery)
	defer tick.Stop()
	for {
		if err := s.store.UpdateDueGrades(ctx); err != nil && ctx.Err() == nil {
			s.Logger.Error("grades could not be settled", "error", err)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}
