package nomad

import (
	"context"
	"sync"
	"time"

	"github.com/grader/grader/schema"
)

const (
	firstPause   = 250 * time.Millisecond
	longestPause = 30 * time.Second
)

// group is one flavour's runners: how many there should be, and how it went. The
// pool's mu guards the fields after filling.
type group struct {
	filling sync.Mutex // held by the one that dispatches

	flavour schema.Flavour
	asked   bool // Ensure was called; before, no more than the flavour's name is known
	want    int
	make    string // fingerprint of what is registered; "" until that is known
	failed  int    // in a row: runners that never registered, and refusals
	retry   time.Time
	timer   *time.Timer
	refusal string // what Nomad refused last; "" once it does not
	failure string // why the last runner did not register; "" once that is over
	toldOf  string // why no node takes one, as the scheduler was told last
}

// pause doubles the pause before the next start: another one has failed.
func (g *group) pause(now time.Time) {
	g.retry = now.Add(min(firstPause<<min(g.failed, 10), longestPause))
	g.failed++
}

// reset forgets the failures: a runner has registered.
func (g *group) reset() { g.failed, g.failure, g.toldOf, g.retry = 0, "", "", time.Time{} }

// group returns a flavour's group, made if need be. mu is held.
func (p *Pool) group(flavour string) *group {
	g := p.groups[flavour]
	if g == nil {
		g = &group{flavour: schema.Flavour{Name: flavour}}
		p.groups[flavour] = g
	}
	return g
}

// fill dispatches the runners that a flavour lacks, or sets a timer to after a
// failure's pause.
func (p *Pool) fill(ctx context.Context, g *group) error {
	g.filling.Lock()
	defer g.filling.Unlock()
	if p.idle(g) {
		return nil
	}
	err := p.define(ctx, g)
	for err == nil && p.lacks(g) {
		err = p.start(ctx, g)
	}
	p.filled(g, err)
	return err
}

// idle reports whether nothing is or can be asked of the cluster now.
func (p *Pool) idle(g *group) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.closed || p.unreachable != nil || !g.asked || p.paused(g)
}

// paused reports whether a failure's pause is not over; fill comes again then. mu is held.
func (p *Pool) paused(g *group) bool {
	pause := g.retry.Sub(p.Clock())
	if pause > 0 && g.timer == nil {
		g.timer = time.AfterFunc(pause, func() { p.retryFill(g) })
	}
	return pause > 0
}

// lacks reports whether a runner is to be dispatched now.
func (p *Pool) lacks(g *group) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return !p.closed && p.unreachable == nil && p.count(g) < g.want && !p.paused(g)
}

// filled notes how it went to ask Nomad for what the flavour lacks.
func (p *Pool) filled(g *group, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	g.refusal = ""
	if err != nil && !p.closed {
		g.refusal = err.Error()
		g.pause(p.Clock())
		p.paused(g) // sets the timer
	}
}

// retryFill is fill when a pause is over.
func (p *Pool) retryFill(g *group) {
	p.mu.Lock()
	g.timer = nil
	p.mu.Unlock()
	p.refill(g)
}

// refill is fill where nobody waits for it.
func (p *Pool) refill(g *group) {
	p.spawn(func(ctx context.Context) {
		ctx, cancel := context.WithTimeout(ctx, callPatience)
		defer cancel()
		if err := p.fill(ctx, g); err != nil && ctx.Err() == nil {
			p.Logger.Error("runner not started", "flavour", g.flavour.Name, "error", err)
			p.Registrar.Failed(g.flavour.Name, err.Error())
		}
	})
}

// count returns how many runners of the group serve or will. mu is held.
func (p *Pool) count(g *group) int {
	n := 0
	for _, r := range p.runners {
		if r.flavour == g.flavour.Name && r.serves() {
			n++
		}
	}
	return n
}

// registered returns how many runners of the group have registered and serve. mu is held.
func (p *Pool) registered(g *group) int {
	n := 0
	for _, r := range p.runners {
		if r.flavour == g.flavour.Name && r.serves() && r.registered {
			n++
		}
	}
	return n
}

// surplus retires those runners above the wanted ones that no node has taken yet:
// there is nothing that they could be in the middle of. It returns their ids.
func (p *Pool) surplus(g *group) []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var ids []string
	for n := p.count(g); n > g.want; n-- {
		r := p.unplaced(g)
		if r == nil {
			break
		}
		p.retireNow(r)
		ids = append(ids, r.id)
	}
	return ids
}

// unplaced returns a runner of the group that waits for a node, nil for none. mu is held.
func (p *Pool) unplaced(g *group) *runner {
	for _, r := range p.runners {
		if r.flavour == g.flavour.Name && r.serves() && r.alloc == "" && !r.registered {
			return r
		}
	}
	return nil
}
