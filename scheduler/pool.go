package scheduler

import (
	"context"

	"github.com/grader/grader/schema"
)

// Pool keeps fresh runners of a flavour alive. A runner serves one job and is then retired; the
// pool starts another.
type Pool interface {
	// Ensure makes the pool keep n runners of the flavour that are not retired, including busy
	// ones. It returns once the starts are in progress. It only starts runners; the scheduler
	// decides which ones to retire.
	Ensure(ctx context.Context, f schema.Flavour, n int) error
	// Registered tells the pool that a runner has registered. It ends the flavour's earlier failure
	// to start runners, so List no longer returns that failure.
	Registered(runner string)
	// Retire ends a runner permanently, by the id in its credential, and waits for its end until
	// ctx ends. It returns nil if the runner has ended already. CodeUnavailable: the machines do
	// not answer; the pool ends the runner once they do.
	Retire(ctx context.Context, runner string) error
	// List returns the runners that the pool has started and not yet retired. For each flavour that
	// lacks runners, it also returns why the last one could not start.
	List(ctx context.Context) ([]PoolRunner, error)
	// Close ends every runner and waits for them. Runners on a cluster survive, and the next
	// process's pool finds them. It may be called twice.
	Close() error
}

// Identifier is a pool whose runners authenticate by an identity signed by the cluster instead of
// by a token.
type Identifier interface {
	// Identify returns the id of the flavour's runner that the identity was made for.
	// CodeUnauthenticated: it is not valid. CodeForbidden: it belongs to another flavour, or to a
	// runner that must not serve any more. CodeUnavailable: it cannot be checked now.
	Identify(ctx context.Context, flavour, identity string) (runner string, err error)
}

// PoolRunner is a pool's view of a runner.
type PoolRunner = schema.PoolRunner

// Credentials issues the credentials that a pool's runners register with.
type Credentials interface {
	// Issue returns the credential of a runner that is about to be started, with a one-time token.
	// The pool adds the values that only it knows, such as the server's URL.
	Issue(runner, flavour string) schema.Credential
}

// Registrar groups the scheduler's methods that a pool calls.
type Registrar interface {
	Credentials
	// Expect announces a runner that is about to be started, so that a failure before it has a
	// token counts for its flavour.
	Expect(runner, flavour string)
	// Exited reports that a runner ended without having been retired. failure says why, "" if it
	// ended normally. Its job is queued again now.
	Exited(runner, failure string)
}
