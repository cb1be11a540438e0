// Package local implements the pool of runner processes on this machine. Each process is started
// for one job, in its own process group, and ends with the server: the kernel signals it when the
// server's starting thread ends, and the runner ends when the pipe that carried its credential
// closes.
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
	Binary    string              // absolute path of the program, usually this one
	Args      []string            // its arguments: "runner", …
	Env       []string            // its whole environment, without secrets
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

// Registered records that a runner has registered.
func (p *Pool) Registered(runner string) {
	p.prepare()
	p.runners.Registered(runner)
}

// Retire ends a runner with SIGTERM, or with SIGKILL after Grace, and waits for its end.
func (p *Pool) Retire(ctx context.Context, runner string) error {
	p.prepare()
	return p.runners.Retire(ctx, runner)
}

// List returns the living runners, and the failure of a flavour that could not start one.
func (p *Pool) List(ctx context.Context) ([]scheduler.PoolRunner, error) {
	p.prepare()
	return p.runners.List(ctx)
}

// Close ends every runner and waits for them. It may be called twice.
func (p *Pool) Close() error {
	p.prepare()
	p.runners.Close()
	p.closing.Do(p.starter.close)
	return nil
}
