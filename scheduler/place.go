package scheduler

import (
	"context"
	"sync"
	"time"

	"github.com/grader/grader/schema"
)

const (
	placeAge  = time.Second            // how old a snapshot may be
	placePace = 100 * time.Millisecond // how soon another is made for a job that it lacks
	maxPlaces = 100_000                // waiting jobs of a flavour that are looked at
)

// places is a snapshot of where every waiting job stands, made at most once a
// second however many ask, so that a thousand waiting pushes cost one query.
type places struct {
	mu   sync.Mutex
	at   time.Time
	byID map[int64]schema.Place
	last schema.Place // of the job that comes after all of them
}

// Place returns how many jobs will start before a queued one and when it should
// start, from a snapshot at most a second old. A job that was queued within the last
// tenth of a second may be told the end of the longest queue; one that does not wait
// is told the front.
func (s *Scheduler) Place(job int64) schema.Place {
	s.prepare()
	p := &s.places
	p.mu.Lock()
	defer p.mu.Unlock()
	age := s.Clock().Sub(p.at)
	place, known := p.byID[job]
	if p.byID != nil && known && age < placeAge {
		return place
	}
	if p.byID != nil && age < placePace {
		return p.last
	}
	if err := s.survey(p); err != nil {
		s.Logger.Warn("places not computed", "error", err)
		return place
	}
	return p.byID[job]
}

// survey makes a new snapshot.
func (s *Scheduler) survey(p *places) error {
	ctx, cancel := context.WithTimeout(s.ctx, 5*time.Second)
	defer cancel()
	byID, last := make(map[int64]schema.Place), schema.Place{}
	for name, f := range s.Flavours {
		waiting, err := s.Jobs.Waiting(ctx, name, maxPlaces)
		if err != nil {
			return err
		}
		mean, err := s.Jobs.MeanDuration(ctx, name)
		if err != nil {
			return err
		}
		for ahead, job := range waiting {
			byID[job] = schema.Place{Ahead: ahead, Estimate: estimate(ahead, mean, f.Max)}
		}
		if len(waiting) > last.Ahead {
			last = schema.Place{Ahead: len(waiting), Estimate: estimate(len(waiting), mean, f.Max)}
		}
	}
	p.at, p.byID, p.last = s.Clock(), byID, last
	return nil
}

// estimate is when a job with so many ahead of it starts: all runners being busy, one
// comes free every mean/runners. 0 where nothing was measured yet.
func estimate(ahead int, mean time.Duration, runners int) time.Duration {
	return time.Duration(ahead+1) * mean / time.Duration(max(runners, 1))
}
