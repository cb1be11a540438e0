// Package local is the pool of runner processes on this machine. Each is started
// for one job, in its own process group, and dies with the server: the kernel
// signals it when the server's starting thread ends, and the pipe that brought its
// credential is its leash.
package local

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/grader/grader/scheduler"
	"github.com/grader/grader/scheduler/supervisor"
	"github.com/grader/grader/schema"
)

// Pool starts runner processes. Set the exported fields before the first call.
type Pool struct {
	Binary    string              // absolute path of the program, as a rule this one
	Args      []string            // its arguments: "runner", …
	Env       []string            // its whole environment; nothing secret stands in it
	URL       string              // of the runners' interface: "unix:/PATH" or "http://…"
	Registrar scheduler.Registrar // the scheduler
	Grace     time.Duration       // between SIGTERM and SIGKILL; 0 is 5 s
	Logger    *slog.Logger        // nil is slog.Default

	once    sync.Once
	closing sync.Once
	starter *starter
	runners *supervisor.Supervisor
}

const defaultGrace = 5 * time.Second

// prepare fills in defaults and starts the thread that starts runners.
func (p *Pool) prepare() {
	p.once.Do(func() {
		if p.Grace == 0 {
			p.Grace = defaultGrace
		}
		if p.Logger == nil {
			p.Logger = slog.Default()
		}
		p.starter = newStarter()
		p.runners = &supervisor.Supervisor{Name: "local", Registrar: p.Registrar, New: p.newProcess}
	})
}

// Ensure makes the pool keep n runners of the flavour.
func (p *Pool) Ensure(ctx context.Context, f schema.Flavour, n int) error {
	p.prepare()
	return p.runners.Ensure(ctx, f, n)
}

// Registered notes that a runner has registered.
func (p *Pool) Registered(runner string) {
	p.prepare()
	p.runners.Registered(runner)
}

// Retire ends a runner: SIGTERM, after Grace SIGKILL, and waits for it.
func (p *Pool) Retire(ctx context.Context, runner string) error {
	p.prepare()
	return p.runners.Retire(ctx, runner)
}

// List returns the runners that live, and a flavour's failure where one could not start.
func (p *Pool) List(ctx context.Context) ([]scheduler.PoolRunner, error) {
	p.prepare()
	return p.runners.List(ctx)
}

// Close ends every runner and waits for them. Closing twice is no error.
func (p *Pool) Close() error {
	p.prepare()
	p.runners.Close()
	p.closing.Do(p.starter.close)
	return nil
}
