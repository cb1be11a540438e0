package scheduler

import (
	"context"

	"github.com/grader/grader/schema"
)

// Pool keeps fresh runners of a flavour alive. A runner serves one job and is then
// retired; the pool puts a fresh one in its place.
type Pool interface {
	// Ensure makes the pool keep n fresh (not yet retired) runners of the flavour;
	// it returns once that is under way.
	Ensure(ctx context.Context, f schema.Flavour, n int) error
	// Retire ends a runner for good, by the id that its credential was made for.
	Retire(ctx context.Context, runner string) error
	// List returns the runners that the pool has started and not yet retired.
	List(ctx context.Context) ([]PoolRunner, error)
	// Close ends every runner and waits for them.
	Close() error
}

// PoolRunner is a runner as its pool sees it.
type PoolRunner struct {
	ID      string
	Flavour string
	Where   string // process id, container or allocation
	Alive   bool
	Failure string // why the last one of the flavour could not start, for staff
}

// Credentials makes and checks the one-time tokens by which a pool's runner
// proves at registration that it is the one that was started.
type Credentials interface {
	// Issue returns a token for a runner that is about to be started.
	Issue(runner, flavour string) (token string)
}
