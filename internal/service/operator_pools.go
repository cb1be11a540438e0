package service

import (
	"context"

	"github.com/grader/grader/classroom/tables"
	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// pools lists the pools of the running server.
func (o *Operator) pools(ctx context.Context, _ None) ([]tables.Pool, error) {
	if o.live == nil {
		return nil, errNotServing()
	}
	if err := o.maySeePools(ctx); err != nil {
		return nil, err
	}
	states, err := o.live.pools(ctx)
	reports := make([]tables.Pool, 0, len(states))
	for _, p := range states {
		reports = append(reports, tables.NewPool(p))
	}
	return reports, err
}

// maySeePools refuses whoever is staff of no course.
func (o *Operator) maySeePools(ctx context.Context) error {
	var enrolments []schema.Enrolment
	if o.by.User.ID != 0 {
		var err error
		if enrolments, err = o.store.Enrolments(ctx, o.by.User.ID); err != nil {
			return err
		}
	}
	return course.MaySeePools(o.by.User, enrolments)
}

func errNotServing() error {
	return schema.Errorf(schema.CodeUnavailable, "no server runs on this data directory; start it first: grader serve")
}
