package store

import (
	"context"

	"github.com/grader/grader/schema"
)

// Health is what an operator looks at first.
type Health struct {
	Queue       []schema.QueueDepth
	OpenIntents int                  // pushes that are neither recorded nor void
	Jobs        map[schema.State]int // every state, since the beginning
}

// stateCount is how many jobs are in a state.
type stateCount struct {
	state schema.State
	jobs  int
}

func scanDepth(r row) (d schema.QueueDepth, err error) {
	err = r.Scan(&d.Flavour, &d.Lane, &d.Waiting)
	return d, err
}

func scanCount(r row) (c stateCount, err error) {
	err = r.Scan(&c.state, &c.jobs)
	return c, err
}

// Depths returns how many jobs wait in each non-empty lane, by flavour and lane. It reads
// maintained counters.
func (s *Store) Depths(ctx context.Context) ([]schema.QueueDepth, error) {
	return list(ctx, s.reader, scanDepth, `SELECT flavour, lane, sum(waiting) FROM queue_courses
		GROUP BY flavour, lane ORDER BY flavour, lane`)
}

// Health reads maintained counters, never the long tables.
func (s *Store) Health(ctx context.Context) (Health, error) {
	h := Health{Jobs: make(map[schema.State]int)}
	var err error
	if h.Queue, err = s.Depths(ctx); err != nil {
		return h, err
	}
	if h.OpenIntents, err = one(ctx, s.reader, value[int], `SELECT count(*) FROM intents WHERE state = 'open'`); err != nil {
		return h, err
	}
	counts, err := list(ctx, s.reader, scanCount, `SELECT state, jobs FROM job_counts`)
	for _, c := range counts {
		h.Jobs[c.state] = c.jobs
	}
	return h, err
}
