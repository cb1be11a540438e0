package service

import (
	"context"
	"time"

	"github.com/grader/grader/schema"
)

// startMeasurements starts to measure the queues once a minute.
func (s *Service) startMeasurements(ctx context.Context, _ *DataDir) error {
	s.every(ctx, periodic{time.Minute, false, "queues could not be measured", s.measure})
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
