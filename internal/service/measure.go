package service

import (
	"context"
	"time"

	"github.com/grader/grader/schema"
)

// startMeasurements starts to measure the queues once a minute.
func (s *Service) startMeasurements(ctx context.Context, _ *DataDir) error {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(time.Minute)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				if err := s.measure(ctx); err != nil && ctx.Err() == nil {
					s.Logger.Error("note how the queues do", "error", err)
				}
			case <-ctx.Done():
				return
			}
		}
	}()
	s.onStop(func(context.Context) error {
		cancel()
		<-done
		return nil
	})
	return nil
}

func (s *Service) measure(ctx context.Context) error {
	pools, err := s.scheduler.PoolStates(ctx)
	if err != nil {
		return err
	}
	all := make([]schema.Measurement, 0, len(pools))
	for _, p := range pools {
		all = append(all, schema.Measurement{Flavour: p.Flavour.Name, Waiting: p.Waiting, Busy: float64(p.Busy), Max: float64(p.Flavour.Max)})
	}
	return s.store.Measure(ctx, s.now(), all)
}
