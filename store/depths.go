package store

import (
	"context"

	"github.com/grader/grader/schema"
)

func scanDepth(r row) (d schema.QueueDepth, err error) {
	err = r.Scan(&d.Flavour, &d.Lane, &d.Waiting)
	return d, err
}

// Depths returns the number of waiting jobs in each non-empty lane, by flavour and lane. It
// reads maintained counters.
func (s *QueueTables) Depths(ctx context.Context) ([]schema.QueueDepth, error) {
	return depths(ctx, s.reader)
}

func depths(ctx context.Context, q querier) ([]schema.QueueDepth, error) {
	return list(ctx, q, scanDepth, `SELECT flavour, lane, sum(waiting) FROM queue_courses
		GROUP BY flavour, lane ORDER BY flavour, lane`)
}
