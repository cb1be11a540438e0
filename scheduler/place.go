package scheduler

import (
	"context"
	"sync"
	"time"

	"github.com/grader/grader/schema"
)

const (
	placeAge   = time.Second            // maximum age of a snapshot
	placePace  = 100 * time.Millisecond // shortest time between snapshots if a job is missing from the last
	placeShare = 20                     // a snapshot is kept for at least this multiple of the time it took
	maxPlaces  = 5000                   // jobs of a flavour whose place is computed
)

// places is a snapshot of the places of waiting jobs. It is made at most once a second, so that
// a thousand waiting pushes cost one query.
type places struct {
	mu   sync.Mutex
	at   time.Time
	took time.Duration
	byID map[int64]schema.Place
	last schema.Place // place of a job behind all others
}

// Place returns the number of jobs that will start before a queued one, and the estimated time
// until its start. The snapshot is at most a second old, or older if the queue is so long that
// reading it takes time. A job queued within the last tenth of a second may get the end of the
// longest queue. A job that is not waiting gets the front.
func (s *Scheduler) Place(job int64) schema.Place {
	s.prepare()
	p := &s.overview.places
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
	if err := s.overview.survey(p); err != nil {
		s.Logger.Warn("places not computed", "error", err)
		return place
	}
	if place, known = p.byID[job]; !known && p.last.More {
		return p.last
	}
	return place
}

// forget discards the snapshot, so that the next call of Place makes a new one.
func (p *places) forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.byID = nil
}

// survey makes a new snapshot.
func (s *overview) survey(p *places) error {
	ctx, cancel := context.WithTimeout(s.ctx, 5*time.Second)
	defer cancel()
	began := s.Clock()
	next := places{byID: make(map[int64]schema.Place)}
	for name := range s.Flavours {
		f := s.flavour(name)
		mean, err := s.Jobs.MeanDuration(ctx, name)
		if err != nil {
			return err
		}
		if err := s.line(ctx, &next, name, s.stalled(ctx, name), func(ahead int) time.Duration { return estimate(ahead, mean, f.Max) }); err != nil {
			return err
		}
	}
	stranded, err := s.stranded(ctx)
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

// line records the places of the jobs that wait for a flavour.
func (s *overview) line(ctx context.Context, p *places, flavour, stalled string, starts func(ahead int) time.Duration) error {
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

// estimate returns the time until a job with that many jobs ahead of it starts. While all runners
// are busy, one becomes free every mean/runners. 0: nothing was measured yet.
func estimate(ahead int, mean time.Duration, runners int) time.Duration {
	return time.Duration(ahead+1) * mean / time.Duration(max(runners, 1))
}
