package scheduler

import (
	"context"

	"github.com/grader/grader/schema"
)

// Pool keeps fresh runners of a flavour alive. A runner serves one job and is then retired; the
// pool starts another.
type Pool interface {
	// Ensure makes the pool keep n runners of the flavour that are not retired, busy ones
	// included. It returns once the starts are under way. It only starts runners; the scheduler
	// decides which ones to retire.
	Ensure(ctx context.Context, f schema.Flavour, n int) error
	// Registered says that a runner has registered: the flavour's earlier failure to start
	// runners is over, and List no longer returns it.
	Registered(runner string)
	// Retire ends a runner for good, by the id that its credential was made for, and waits for
	// its end until ctx ends. A runner that is already gone is no error. CodeUnavailable: the
	// machines do not answer; the pool ends the runner once they do.
	Retire(ctx context.Context, runner string) error
	// List returns the runners that the pool has started and not yet retired, and for each
	// flavour that lacks runners why the last one could not start.
	List(ctx context.Context) ([]PoolRunner, error)
	// Close ends every runner and waits for them. Runners on a cluster survive, and the next
	// process's pool finds them. Closing twice is no error.
	Close() error
}

// Identifier is a pool whose runners authenticate by an identity that the cluster signs,
// instead of a token.
type Identifier interface {
	// Identify returns the id of the runner of the flavour that the identity was made for.
	// CodeUnauthenticated: it is not valid. CodeForbidden: it belongs to another flavour, or to
	// a runner that must not serve any more. CodeUnavailable: it cannot be checked now.
	Identify(ctx context.Context, flavour, identity string) (runner string, err error)
}

// PoolRunner is a runner as its pool sees it.
type PoolRunner = schema.PoolRunner

// Credentials issues the credentials by which a pool's runner authenticates when it registers.
type Credentials interface {
	// Issue returns the credential of a runner that is about to be started, with a one-time token.
	// The pool adds what only it knows, such as the server's URL.
	Issue(runner, flavour string) schema.Credential
}

// Registrar is what a pool asks of the scheduler.
type Registrar interface {
	Credentials
	// Expect announces a runner that is about to be started, so that a failure before it has a
	// token counts for its flavour.
	Expect(runner, flavour string)
	// Exited says that a runner ended without having been retired. failure is why, "" if it
	// ended normally. Its job is queued again now.
	Exited(runner, failure string)
}
