// Package docker implements the pool of runner containers on one machine with Docker. Each
// container is started for one job from the flavour's image, without a network. It reaches the
// scheduler through the runners' socket and reads its credential from standard input. When standard
// input closes, the runner ends.
package docker

import (
	"context"
	"fmt"
	"log/slog"
	"sync"

	"github.com/grader/grader/scheduler"
	"github.com/grader/grader/scheduler/supervisor"
	"github.com/grader/grader/schema"
)

// Pool starts runner containers. Set the exported fields before the first call.
type Pool struct {
	Host      string              // of the daemon: "unix:///PATH"; "" is $DOCKER_HOST, otherwise the usual socket
	Server    string              // id of the data directory; labels this server's containers
	Socket    string              // socket of the runners' interface; containers see its directory, which holds nothing else
	Args      []string            // of the image's program: "runner", …
	Registrar scheduler.Registrar // the scheduler
	Logger    *slog.Logger        // nil is slog.Default

	mu      sync.Mutex
	closed  bool
	daemon  *daemon
	runners *supervisor.Supervisor
}

// errClosed is the error of a closed pool.
var errClosed = schema.Errorf(schema.CodeUnavailable, "the pool is closed")

// open creates the client and the supervisor at the first call.
func (p *Pool) open() (*supervisor.Supervisor, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil, errClosed
	}
	if p.runners != nil {
		return p.runners, nil
	}
	if p.Logger == nil {
		p.Logger = slog.Default()
	}
	d, err := open(p.Host)
	if err != nil {
		return nil, err
	}
	d.server, d.logger, d.leftovers = p.Server, p.Logger, newLeftovers(d.api, p.Logger)
	p.daemon = d
	p.runners = &supervisor.Supervisor{Name: "docker", Registrar: p.Registrar, New: p.newContainer}
	return p.runners, nil
}

// opened returns the supervisor, or nil before the first call of Ensure.
func (p *Pool) opened() *supervisor.Supervisor {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.runners
}

// Ensure makes the pool keep n runners of the flavour.
func (p *Pool) Ensure(ctx context.Context, f schema.Flavour, n int) error {
	runners, err := p.open()
	if err != nil {
		return err
	}
	return runners.Ensure(ctx, f, n)
}

// Registered records that a runner has registered.
func (p *Pool) Registered(runner string) {
	if runners := p.opened(); runners != nil {
		runners.Registered(runner)
	}
}

// Retire removes a runner's container and waits for its end.
func (p *Pool) Retire(ctx context.Context, runner string) error {
	if runners := p.opened(); runners != nil {
		return runners.Retire(ctx, runner)
	}
	return nil
}

// List returns the living runners, and the failure of a flavour that could not start one.
func (p *Pool) List(ctx context.Context) ([]scheduler.PoolRunner, error) {
	if runners := p.opened(); runners != nil {
		return runners.List(ctx)
	}
	return nil, nil
}

// Close removes every container and waits until they are removed. It may be called twice.
func (p *Pool) Close() error {
	p.mu.Lock()
	first := !p.closed
	p.closed = true
	p.mu.Unlock()
	runners := p.opened()
	if runners == nil {
		return nil
	}
	if first {
		p.daemon.leftovers.giveUp()
	}
	runners.Close()
	if !first {
		return nil
	}
	p.daemon.leftovers.close()
	if err := p.daemon.api.Close(); err != nil {
		return fmt.Errorf("close Docker's client: %w", err)
	}
	return nil
}
