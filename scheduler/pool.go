package scheduler

import (
	"context"

	"github.com/grader/grader/schema"
)

// Pool keeps fresh runners of a flavour alive. A runner serves one job and is then
// retired; the pool puts a fresh one in its place.
type Pool interface {
	// Ensure makes the pool keep n runners of the flavour that are not retired,
	// busy ones included; it returns once that is under way. It only ever starts
	// runners: which ones are too many is known to the scheduler, who retires them.
	Ensure(ctx context.Context, f schema.Flavour, n int) error
	// Retire ends a runner for good, by the id that its credential was made for,
	// and waits for it. A runner that is gone already is no error.
	Retire(ctx context.Context, runner string) error
	// List returns the runners that the pool has started and not yet retired.
	List(ctx context.Context) ([]PoolRunner, error)
	// Close ends every runner and waits for them. Closing twice is no error.
	Close() error
}

// PoolRunner is a runner as its pool sees it.
type PoolRunner struct {
	ID      string // "" where none of the flavour could be started
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

// Registrar is what a pool asks of the scheduler.
type Registrar interface {
	Credentials
	// Exited says that a runner ended that was not retired; failure is why, ""
	// where it ended in good order. A job that it held goes back to the queue now.
	Exited(runner, failure string)
}
