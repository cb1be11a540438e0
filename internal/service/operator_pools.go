package service

import (
	"context"

	"github.com/grader/grader/classroom/tables"
	"github.com/grader/grader/schema"
)

// pools lists the pools of the running server.
func (o *Operator) pools(ctx context.Context, _ None) ([]tables.Pool, error) {
	if o.live == nil {
		return nil, errNotServing()
	}
	states, err := o.live.pools(ctx)
	reports := make([]tables.Pool, 0, len(states))
	for _, p := range states {
		reports = append(reports, tables.NewPool(p))
	}
	return reports, err
}

func errNotServing() error {
	return schema.Errorf(schema.CodeUnavailable, "no server runs on this data directory; start it first: grader serve")
}
