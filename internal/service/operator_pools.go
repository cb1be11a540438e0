package service

import (
	"context"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/classroom/tables"
	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// pools lists the pools of the running server.
func (o *machineOperations) pools(ctx context.Context, _ None) ([]tables.Pool, error) {
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

// PoolArgs is a flavour with new settings of its pool.
type PoolArgs struct {
	Flavour string
	Mode    schema.PoolMode // of pool.mode
	Reason  string
	Size    classroom.PoolSize // of pool.size
}

func (o *machineOperations) setPoolMode(ctx context.Context, a PoolArgs) (schema.PoolControl, error) {
	return o.Pools.SetMode(ctx, o.by, a.Flavour, a.Mode, a.Reason)
}

func (o *machineOperations) resizePool(ctx context.Context, a PoolArgs) (schema.PoolControl, error) {
	return o.Pools.Resize(ctx, o.by, a.Flavour, a.Size)
}

// maySeePools returns an error for people who are not staff of any course.
func (o *machineOperations) maySeePools(ctx context.Context) error {
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
