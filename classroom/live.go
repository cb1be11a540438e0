package classroom

import (
	"context"

	"github.com/grader/grader/schema"
)

// Live is what actions ask of the running scheduler.
type Live interface {
	// Wake says that jobs were queued; it never blocks.
	Wake()
	// Watch streams a job's events after the sequence number and closes the channel at
	// the job's end, when ctx ends, or when the reader is too slow.
	Watch(ctx context.Context, job, after int64) (<-chan schema.Event, error)
	// Place returns the place of a queued job.
	Place(job int64) schema.Place
	// PoolStates returns every flavour's pool, by name.
	PoolStates(ctx context.Context) ([]schema.PoolState, error)
	// RunnerStates returns the runners that are known, by id.
	RunnerStates() []schema.RunnerState
	// Control sets what a flavour's pool does from now on; it never blocks.
	Control(c schema.PoolControl)
	// Stall returns why no runner of a flavour comes, in words for staff.
	Stall(ctx context.Context, flavour string) schema.Stall
}

// offline is used when no server runs.
type offline struct{}

// Wake does nothing: the queue is read when a server starts.
func (offline) Wake() {}

// Watch is CodeUnavailable.
func (offline) Watch(context.Context, int64, int64) (<-chan schema.Event, error) {
	return nil, schema.Errorf(schema.CodeUnavailable, "no server runs on this data directory; start it first: grader serve")
}

// Place returns the zero Place, because no scheduler runs.
func (offline) Place(int64) schema.Place { return schema.Place{} }

// Control does nothing: a server that starts reads what is stored.
func (offline) Control(schema.PoolControl) {}

// Stall is none: nobody knows whether runners would come.
func (offline) Stall(context.Context, string) schema.Stall { return schema.Stall{} }

// PoolStates is none: no pool has runners.
func (offline) PoolStates(context.Context) ([]schema.PoolState, error) { return nil, nil }

// RunnerStates is none.
func (offline) RunnerStates() []schema.RunnerState { return nil }
