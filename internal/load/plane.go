package load

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"time"

	"github.com/grader/grader/internal/forecast"
	"github.com/grader/grader/scheduler"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/store"
)

// flavour is the only flavour of runners.
const flavour = "standard"

// Plane is the control plane of a simulation: the service's store and scheduler in a
// separate directory, without git and ssh.
type Plane struct {
	Dir string // private and empty
	In  io.Reader
	Out io.Writer

	out       *lines
	plan      Plan
	store     *store.Store
	scheduler *scheduler.Scheduler
	pool      *pool
	claims    spans
	people    *people
	pace      pace
}

// Run carries out orders until In ends.
func (p *Plane) Run(ctx context.Context) (err error) {
	p.out = newLines(p.Out)
	defer func() { err = errors.Join(err, p.stop(context.WithoutCancel(ctx))) }()
	err = receive(p.In, func(o order) error { return p.do(ctx, o) })
	if err != nil {
		_ = p.out.send(notice{Failed: err.Error()})
	}
	return err
}

func (p *Plane) do(ctx context.Context, o order) error {
	switch {
	case o.Begin != nil:
		return p.begin(ctx, *o.Begin)
	case o.Push != nil:
		return p.push(ctx, *o.Push)
	case o.Open:
		return p.start(ctx)
	case o.Exited != "":
		p.pool.exited(o.Exited)
		return nil
	case o.Report:
		return p.report(ctx, o.Last)
	}
	return errors.New("an order without content")
}

// begin opens the store with its courses.
func (p *Plane) begin(ctx context.Context, plan Plan) (err error) {
	p.plan = plan
	if p.store, err = store.Open(ctx, filepath.Join(p.Dir, "grader.db"), store.Options{}); err != nil {
		return err
	}
	p.pace = pace{start: time.Now().Truncate(time.Minute), speed: plan.Speed}
	p.people, err = newPeople(ctx, p.store, plan, p.pace.start)
	return err
}

// start starts the scheduler, after the pushes that wait at the start are recorded.
func (p *Plane) start(ctx context.Context) error {
	socket := filepath.Join(p.Dir, "runners.sock")
	p.pace.opened = time.Now()
	p.pool = newPool("unix:"+socket, p.out)
	p.scheduler = &scheduler.Scheduler{
		Jobs: timed{p.store, &p.claims}, Trees: emptyTrees{}, Pools: map[string]scheduler.Pool{flavour: p.pool},
		Flavours: map[string]schema.Flavour{flavour: {CPU: 1, Memory: 1 << 30, Scratch: 1 << 30, Processes: 512, Warm: p.plan.Warm, Max: p.plan.Runners}},
		Dir:      filepath.Join(p.Dir, "cache"), Socket: socket, Lease: p.plan.Lease, Logger: slog.New(scalings{p.out}),
	}
	p.scheduler.Forecast = paced{&forecast.Forecast{Tasks: p.store.Tasks, Logger: p.scheduler.Logger,
		Clock: func() time.Time { return p.pace.simulated(time.Now()) }}, p.pace}
	p.pool.registrar = p.scheduler
	return p.scheduler.Start(ctx)
}

// push records a push.
func (p *Plane) push(ctx context.Context, is pushed) error {
	job, err := p.people.push(ctx, is)
	if err != nil {
		return err
	}
	is.Job, is.At = job.ID, time.Now()
	if err := p.out.send(notice{Pushed: &is}); err != nil {
		return err
	}
	if p.scheduler != nil {
		p.scheduler.Wake()
	}
	return nil
}

func (p *Plane) report(ctx context.Context, last bool) error {
	health, err := p.store.Health(ctx)
	if err != nil {
		return err
	}
	memory, cpu, err := usage()
	if err != nil {
		return err
	}
	health.Jobs[schema.StateDone] -= p.people.gates
	report := planeReport{Last: last, Jobs: health.Jobs, Memory: memory, CPU: cpu}
	if last {
		report.Claims = p.claims.report()
	}
	return p.out.send(notice{Report: &report})
}

func (p *Plane) stop(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	var failed error
	if p.scheduler != nil {
		failed = p.scheduler.Stop(ctx)
	}
	if p.store != nil {
		failed = errors.Join(failed, p.store.Close())
	}
	if failed != nil {
		return fmt.Errorf("stop the control plane: %w", failed)
	}
	return nil
}
