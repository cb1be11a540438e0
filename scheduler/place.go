package scheduler

import (
	"context"
	"sync"
	"time"

	"github.com/grader/grader/schema"
)

const (
	placeAge   = time.Second            // how old a snapshot may be
	placePace  = 100 * time.Millisecond // how soon another is made for a job that it lacks
	placeShare = 20                     // a snapshot is kept this many times as long as it took
	maxPlaces  = 5000                   // jobs of a flavour whose place is foretold
)

// places is a snapshot of where waiting jobs stand, made at most once a second however
// many ask, so that a thousand waiting pushes cost one query.
type places struct {
	mu   sync.Mutex
	at   time.Time
	took time.Duration
	byID map[int64]schema.Place
	last schema.Place // of a job that comes after all of them
}

// Place returns how many jobs will start before a queued one and when it should
// start, from a snapshot at most a second old; of a queue that is so long that
// looking takes its time, from an older one. A job that was queued within the last
// tenth of a second may be told the end of the longest queue; one that does not wait
// is told the front.
func (s *Scheduler) Place(job int64) schema.Place {
	s.prepare()
	p := &s.places
	p.mu.Lock()
	defer p.mu.Unlock()
	age := s.Clock().Sub(p.at)
	place, known := p.byID[job]
	if p.byID != nil && known && age < max(placeAge, placeShare*p.took) {
		return place
	}
	if p.byID != nil && age < max(placePace, placeShare*p.took) {
		return p.last
	}
	if err := s.survey(p); err != nil {
		s.Logger.Warn("places not computed", "error", err)
		return place
	}
	if place, known = p.byID[job]; !known && p.last.More {
		return p.last
	}
	return place
}

// survey makes a new snapshot.
func (s *Scheduler) survey(p *places) error {
	ctx, cancel := context.WithTimeout(s.ctx, 5*time.Second)
	defer cancel()
	began := s.Clock()
	next := places{byID: make(map[int64]schema.Place)}
	for name, f := range s.Flavours {
		mean, err := s.Jobs.MeanDuration(ctx, name)
		if err != nil {
			return err
		}
		if err := s.line(ctx, &next, name, s.stalled(ctx, name), func(ahead int) time.Duration { return estimate(ahead, mean, f.Max) }); err != nil {
			return err
		}
	}
	stranded, err := s.Stranded(ctx)
	if err != nil {
		return err
	}
	for _, d := range stranded {
		if err := s.line(ctx, &next, d.Flavour, strandedWords(d.Flavour), func(int) time.Duration { return 0 }); err != nil {
			return err
		}
	}
	p.at, p.byID, p.last = s.Clock(), next.byID, next.last
	p.took = p.at.Sub(began)
	return nil
}

// line notes the places of those that wait for a flavour.
func (s *Scheduler) line(ctx context.Context, p *places, flavour, stalled string, starts func(ahead int) time.Duration) error {
	waiting, err := s.Jobs.Waiting(ctx, flavour, maxPlaces)
	if err != nil {
		return err
	}
	for ahead, job := range waiting {
		p.byID[job] = schema.Place{Ahead: ahead, Estimate: starts(ahead), Stalled: stalled}
	}
	if n := len(waiting); stalled == "" && n > p.last.Ahead {
		p.last = schema.Place{Ahead: n, More: n == maxPlaces, Estimate: starts(n)}
	}
	return nil
}

// estimate is when a job with so many ahead of it starts: all runners being busy, one
// comes free every mean/runners. 0 where nothing was measured yet.
func estimate(ahead int, mean time.Duration, runners int) time.Duration {
	return time.Duration(ahead+1) * mean / time.Duration(max(runners, 1))
}
