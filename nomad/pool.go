package nomad

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/grader/grader/schema"
)

// Registrar is what the pool asks of the scheduler.
type Registrar interface {
	// Expect says that a runner is being started that will prove itself by its identity.
	Expect(runner, flavour string)
	// Exited says that a runner ended by itself that was not retired; failure is
	// why, for staff, "" where it ended in good order.
	Exited(runner, failure string)
	// Lost says that a runner was ended that was not retired: reason is for the
	// student whose work it had, failure for staff.
	Lost(runner, reason, failure string)
	// Failed says that none of the flavour's runners can be started; failure is why, for staff.
	Failed(flavour, failure string)
	// Withdrawn says that a runner that was expected is not started after all.
	Withdrawn(runner string)
	// Replace retires a runner of an older make unless it is busy, and reports
	// whether it did.
	Replace(runner string) bool
}

// Pool keeps runners on a Nomad cluster. Set the exported fields, then Start it.
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
	spawning       bool // Start was called, and Close was not
	closed         bool
	tasks          sync.WaitGroup
	unreachable    error         // why the cluster's state is not known; nil: it is
	answers        chan struct{} // closed while the cluster's state is known
	groups         map[string]*group
	runners        map[string]*runner
	pendingRemoval map[string]bool   // jobs that are to be removed from Nomad, or were
	removing       map[string]bool   // those of them that a task is removing
	noRoom         map[string]string // why no node takes a job, by the job's name
}

// callPatience bounds what is asked of Nomad where nobody else does.
const callPatience = 30 * time.Second

var (
	errClosed   = schema.Errorf(schema.CodeUnavailable, "the pool is closed")
	errNotAsked = schema.Errorf(schema.CodeUnavailable, "Nomad has not been asked yet")
)

// Start begins to follow the cluster: it returns once the cluster has said which
// runners it has, or when ctx ends. A cluster that does not answer is no error; the
// pool says so until it does.
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

// spawn runs a task that Close waits for; after that nothing is spawned.
func (p *Pool) spawn(task func(ctx context.Context)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.spawning {
		p.tasks.Go(func() { task(p.ctx) })
	}
}

// Ensure makes the pool keep n runners of the flavour. Those above n that no node has
// taken yet are withdrawn. While the cluster does not answer it is noted, and made up for.
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

// Registered notes that a runner has registered: what kept others of its flavour from
// starting is over.
func (p *Pool) Registered(id string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if r := p.runners[id]; r != nil && r.serves() {
		p.group(r.flavour).reset()
	}
}

// Retire ends a runner and waits until Nomad has ended its allocation. What Nomad does
// not end now is ended once it answers.
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
	p.refill(g) // the next one need not wait for this one's end
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

// retireNow takes a runner out of service; its job is to be removed. The end of one
// that no node has, or whose node does not answer, is not waited for. mu is held.
func (p *Pool) retireNow(r *runner) {
	r.retired, p.pendingRemoval[r.id] = true, true
	if r.alloc == "" || r.silent {
		p.forget(r)
	}
}

// forget drops a runner that has ended. mu is held.
func (p *Pool) forget(r *runner) {
	if p.runners[r.id] == r {
		delete(p.runners, r.id)
		delete(p.noRoom, r.id)
		close(r.gone)
	}
}

// List returns the runners that serve or will, and a flavour's failure where one could
// not start. CodeUnavailable: the cluster does not say which it has.
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

// failureOf returns why the flavour lacks a runner, "" for no reason; full: no node has
// room for the one that waits. mu is held.
func (p *Pool) failureOf(flavour string) (failure string, full bool) {
	for _, r := range p.runners {
		if why := p.noRoom[r.id]; why != "" && r.flavour == flavour && r.serves() {
			return why, true
		}
	}
	g := p.group(flavour)
	return orElse(g.refusal, g.failure), false
}

// Close stops following the cluster. Its runners live on: they wait for the next
// process, which has them again. Closing twice is no error.
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
