package service

import (
	"context"
	"errors"
	"time"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

const (
	// tryPinsEvery is how often the refs of old tries are removed.
	tryPinsEvery = time.Hour
	// tryPinsPage is the number of tries that are read at once.
	tryPinsPage = 200
)

// tryPins removes the refs of tries that are older than course.TryLife.
type tryPins struct {
	list  func(ctx context.Context, before time.Time, after int64, limit int) ([]schema.TryPin, error)
	drop  func(ctx context.Context, repository int64, name string) error
	clock func() time.Time
	after int64 // the last try whose ref was removed in this process
}

// startTryPins starts removing the refs of old tries.
func (s *Service) startTryPins(ctx context.Context, _ *DataDir) error {
	p := &tryPins{list: s.store.TryPins, drop: s.repos.DropTry, clock: s.now}
	s.every(ctx, periodic{tryPinsEvery, true, "old tries could not be removed", p.remove})
	return nil
}

// remove removes the refs of all old tries. If it cannot remove a ref, it continues with the others and tries that ref
// again after the next start.
func (p *tryPins) remove(ctx context.Context) error {
	var failed error
	for ctx.Err() == nil {
		old, err := p.list(ctx, p.clock().Add(-course.TryLife), p.after, tryPinsPage)
		if err != nil || len(old) == 0 {
			return errors.Join(failed, err)
		}
		for _, is := range old {
			if err := p.drop(ctx, is.Repository, is.IntentID); err != nil {
				failed = errors.Join(failed, err)
			}
			p.after = is.ID
		}
	}
	return errors.Join(failed, ctx.Err())
}
