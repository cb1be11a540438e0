package nomad

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/grader/grader/schema"
)

// Registrar groups the scheduler's methods that the pool calls.
type Registrar interface {
	// Expect announces a runner that will authenticate by its identity.
	Expect(runner, flavour string)
	// Exited reports that a runner ended on its own without having been retired. failure tells
	// staff why, "" if it ended normally.
	Exited(runner, failure string)
	// Lost reports that a runner was ended without having been retired. reason is for the student
	// whose work was being graded, failure for staff.
	Lost(runner, reason, failure string)
	// Failed reports that no runner of the flavour can be started. failure tells staff why.
	Failed(flavour, failure string)
	// Withdrawn reports that an announced runner will not be started.
	Withdrawn(runner string)
	// Replace retires a runner of an older specification unless it is busy, and reports whether
	// it did.
	Replace(runner string) bool
}

// Pool keeps runners on a Nomad cluster. Set the exported fields, then call Start.
type Pool struct {
	Cluster   *Cluster // see Dial
	Settings  Settings
	Registrar Registrar
	Clock     func() time.Time // nil is time.Now
	Logger    *slog.Logger     // nil is slog.Default

	ctx    context.Context
	cancel context.CancelFunc
	keys   keys

	mu             sync.Mutex
	spawning       bool // between Start and Close
	closed         bool
	tasks          sync.WaitGroup
	unreachable    error         // why the cluster's state is unknown; nil: it is known
	answers        chan struct{} // closed while the cluster's state is known
	groups         map[string]*group
	runners        map[string]*runner
	pendingRemoval map[string]bool   // jobs that must be removed from Nomad, or were
	removing       map[string]bool   // jobs in pendingRemoval that a task is removing
	noRoom         map[string]string // why no node can place a job, by the job's name
}

// callPatience bounds background requests to Nomad.
const callPatience = 30 * time.Second

var (
	errClosed   = schema.Errorf(schema.CodeUnavailable, "the pool is closed")
	errNotAsked = schema.Errorf(schema.CodeUnavailable, "Nomad has not answered yet")
)

// Start starts following the cluster. It returns once the cluster's runners are known, or when ctx
// ends. An unreachable cluster is not an error; List reports it until the cluster answers.
func (p *Pool) Start(ctx context.Context) {
	if p.Clock == nil {
		p.Clock = time.Now
	}
	if p.Logger == nil {
		p.Logger = slog.Default()
	}
	p.ctx, p.cancel = context.WithCancel(context.WithoutCancel(ctx))
	p.keys = keys{fetch: p.Cluster.identityKeys, clock: p.Clock}
	p.groups, p.runners = map[string]*group{}, map[string]*runner{}
	p.pendingRemoval, p.removing, p.noRoom = map[string]bool{}, map[string]bool{}, map[string]string{}
	p.unreachable, p.answers, p.spawning = errNotAsked, make(chan struct{}), true
	asked := make(chan struct{})
	p.spawn(func(ctx context.Context) { p.watch(ctx, sync.OnceFunc(func() { close(asked) })) })
	select {
	case <-asked:
	case <-ctx.Done():
	}
}

// spawn runs a task that Close waits for. After Close it does nothing.
func (p *Pool) spawn(task func(ctx context.Context)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.spawning {
		p.tasks.Go(func() { task(p.ctx) })
	}
}

// Ensure makes the pool keep n runners of the flavour. Runners above n that no node has placed
// yet are withdrawn. While the cluster does not answer, the number is recorded and applied
// later.
func (p *Pool) Ensure(ctx context.Context, f schema.Flavour, n int) error {
	if err := p.Settings.Check(f); err != nil {
		return err
	}
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return errClosed
	}
	g := p.group(f.Name)
	g.flavour, g.want, g.asked = f, n, true
	if p.registered(g) >= n {
		g.failure = ""
	}
	p.mu.Unlock()
	for _, id := range p.surplus(g) {
		p.Registrar.Withdrawn(id)
		p.remove(id)
	}
	return p.fill(ctx, g)
}

// Registered records that a runner has registered, which ends the failures of its flavour.
func (p *Pool) Registered(id string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if r := p.runners[id]; r != nil && r.serves() {
		p.group(r.flavour).reset()
	}
}

// Retire ends a runner and waits until Nomad has ended its allocation. If Nomad does not
// answer, the runner is ended once it does.
func (p *Pool) Retire(ctx context.Context, id string) error {
	p.mu.Lock()
	r := p.runners[id]
	if r == nil {
		p.mu.Unlock()
		return nil
	}
	p.retireNow(r)
	g := p.group(r.flavour)
	p.mu.Unlock()
	p.refill(g) // the next runner starts before this one has ended
	if _, err := p.stop(ctx, id); err != nil {
		p.remove(id)
		return err
	}
	select {
	case <-r.gone:
		return nil
	case <-p.ctx.Done():
		return errClosed
	case <-ctx.Done():
		return schema.Wrapf(schema.CodeUnavailable, context.Cause(ctx), "job %s on Nomad has not ended: %s", id, context.Cause(ctx))
	}
}

// retireNow marks a runner as retired and its job for removal. It does not wait for the end of a
// runner without a node, or on a node that does not answer. mu is held.
func (p *Pool) retireNow(r *runner) {
	r.retired, p.pendingRemoval[r.id] = true, true
	if r.alloc == "" || r.silent {
		p.forget(r)
	}
}

// forget removes a runner that has ended. mu is held.
func (p *Pool) forget(r *runner) {
	if p.runners[r.id] == r {
		delete(p.runners, r.id)
		delete(p.noRoom, r.id)
		close(r.gone)
	}
}

// List returns the runners that serve or will serve, and the failure of a flavour that could
// not start one. CodeUnavailable: the cluster does not answer.
func (p *Pool) List(context.Context) ([]schema.PoolRunner, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.unreachable != nil {
		return nil, p.unreachable
	}
	var runners []schema.PoolRunner
	for _, r := range p.runners {
		if !r.retired {
			failure, _ := p.failureOf(r.flavour)
			runners = append(runners, schema.PoolRunner{ID: r.id, Flavour: r.flavour, Where: r.where(), Alive: true, Failure: failure})
		}
	}
	for name := range p.groups {
		if failure, full := p.failureOf(name); failure != "" {
			runners = append(runners, schema.PoolRunner{Flavour: name, Failure: failure, Full: full})
		}
	}
	return runners, nil
}

// failureOf returns why the flavour lacks a runner, "" if it does not. full reports that no node
// has room for the waiting runner. mu is held.
func (p *Pool) failureOf(flavour string) (failure string, full bool) {
	for _, r := range p.runners {
		if why := p.noRoom[r.id]; why != "" && r.flavour == flavour && r.serves() {
			return why, true
		}
	}
	g := p.group(flavour)
	return orElse(g.refusal, g.failure), false
}

// Close stops following the cluster. Its runners continue, and the next process finds them. It may
// be called twice.
func (p *Pool) Close() error {
	p.mu.Lock()
	p.closed, p.spawning = true, false
	for _, g := range p.groups {
		if g.timer != nil {
			g.timer.Stop()
		}
	}
	p.mu.Unlock()
	if p.cancel != nil {
		p.cancel()
	}
	p.tasks.Wait()
	return nil
}
