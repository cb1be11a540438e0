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
	// Registered says that a runner has registered: whatever kept the flavour's runners
	// from starting before is over, and List no longer returns it.
	Registered(runner string)
	// Retire ends a runner for good, by the id that its credential was made for,
	// and waits for its end until ctx ends. A runner that is gone already is no error.
	// Where the machines do not answer now, the error is CodeUnavailable, and the pool
	// ends the runner once they do.
	Retire(ctx context.Context, runner string) error
	// List returns the runners that the pool has started and not yet retired, and
	// for each flavour that lacks runners why the last one could not start.
	List(ctx context.Context) ([]PoolRunner, error)
	// Close ends every runner and waits for them; those of a cluster live on, and the
	// next process's pool has them again. Closing twice is no error.
	Close() error
}

// Identifier is a pool whose runners prove who they are by something that the
// cluster vouches for, instead of a token.
type Identifier interface {
	// Identify returns the id of the flavour's runner that the identity was made
	// for. CodeUnauthenticated: it proves nothing; CodeForbidden: it is another's, or
	// of a runner that is to serve no more; CodeUnavailable: it cannot be checked now.
	Identify(ctx context.Context, flavour, identity string) (runner string, err error)
}

// PoolRunner is a runner as its pool sees it.
type PoolRunner = schema.PoolRunner

// Credentials makes and checks the one-time tokens by which a pool's runner
// proves at registration that it is the one that was started.
type Credentials interface {
	// Issue returns a token for a runner that is about to be started.
	Issue(runner, flavour string) (token string)
}

// Registrar is what a pool asks of the scheduler.
type Registrar interface {
	Credentials
	// Expect says that a runner is about to be started, so that its failure is the
	// flavour's also where it comes before there was a token.
	Expect(runner, flavour string)
	// Exited says that a runner ended that was not retired; failure is why, ""
	// where it ended in good order. A job that it held goes back to the queue now.
	Exited(runner, failure string)
}
