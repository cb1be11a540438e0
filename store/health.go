package store

import (
	"context"

	"github.com/grader/grader/schema"
)

// Health holds the figures that an operator looks at first.
type Health struct {
	Queue       []schema.QueueDepth
	OpenIntents int                  // pushes that are neither recorded nor void
	Jobs        map[schema.State]int // all jobs ever, by state
}

// stateCount is the number of jobs in a state.
type stateCount struct {
	state schema.State
	jobs  int
}

func scanCount(r row) (c stateCount, err error) {
	err = r.Scan(&c.state, &c.jobs)
	return c, err
}

// Health returns the figures from maintained counters; it does not read the long tables.
func (s *OperationTables) Health(ctx context.Context) (Health, error) {
	h := Health{Jobs: make(map[schema.State]int)}
	var err error
	if h.Queue, err = depths(ctx, s.reader); err != nil {
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
