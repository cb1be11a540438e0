package classroom

import (
	"context"

	"github.com/grader/grader/schema"
)

// Live is the part of the running scheduler that the actions use.
type Live interface {
	// Wake tells the scheduler that jobs were queued. It never blocks.
	Wake()
	// Watch streams a job's events after the sequence number. It closes the channel when
	// the job or ctx ends, or when the reader is too slow.
	Watch(ctx context.Context, job, after int64) (<-chan schema.Event, error)
	// Place returns the place of a queued job.
	Place(job int64) schema.Place
	// PoolStates returns every flavour's pool, by name.
	PoolStates(ctx context.Context) ([]schema.PoolState, error)
	// RunnerStates returns the known runners, by id.
	RunnerStates() []schema.RunnerState
	// Control changes the settings of a flavour's pool. It never blocks.
	Control(c schema.PoolControl)
	// Stall returns the reason why no runner of a flavour starts, in words for staff.
	Stall(ctx context.Context, flavour string) schema.Stall
}

// offline implements Live when no server runs.
type offline struct{}

// Wake does nothing, because a server reads the queue when it starts.
func (offline) Wake() {}

// Watch returns CodeUnavailable.
func (offline) Watch(context.Context, int64, int64) (<-chan schema.Event, error) {
	return nil, schema.Errorf(schema.CodeUnavailable, "no server runs on this data directory; start it first: grader serve")
}

// Place returns the zero Place, because no scheduler runs.
func (offline) Place(int64) schema.Place { return schema.Place{} }

// Control does nothing, because a server reads the stored settings when it starts.
func (offline) Control(schema.PoolControl) {}

// Stall returns the zero Stall, because it is not known whether runners would start.
func (offline) Stall(context.Context, string) schema.Stall { return schema.Stall{} }

// PoolStates returns nothing, because no pool has runners.
func (offline) PoolStates(context.Context) ([]schema.PoolState, error) { return nil, nil }

// RunnerStates returns nothing, because there are no runners.
func (offline) RunnerStates() []schema.RunnerState { return nil }
