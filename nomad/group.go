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

// group holds the wanted number of one flavour's runners, and the results of their starts. The
// pool's mu guards the fields after filling.
type group struct {
	filling sync.Mutex // held while runners are dispatched

	flavour schema.Flavour
	asked   bool // Ensure was called; before that only the flavour's name is known
	want    int
	make    string // fingerprint of the registered job; "" until it is known
	failed  int    // consecutive runners that never registered, and refusals
	retry   time.Time
	timer   *time.Timer
	refusal string // Nomad's last refusal; "" once Nomad accepts
	failure string // why the last runner did not register; "" once one has
	toldOf  string // why no node can place a runner, as last reported to the scheduler
}

// pause doubles the pause before the next start after another failure.
func (g *group) pause(now time.Time) {
	g.retry = now.Add(min(firstPause<<min(g.failed, 10), longestPause))
	g.failed++
}

// reset clears the failures after a runner has registered.
func (g *group) reset() { g.failed, g.failure, g.toldOf, g.retry = 0, "", "", time.Time{} }

// group returns a flavour's group and creates it if necessary. mu is held.
func (p *Pool) group(flavour string) *group {
	g := p.groups[flavour]
	if g == nil {
		g = &group{flavour: schema.Flavour{Name: flavour}}
		p.groups[flavour] = g
	}
	return g
}

// fill dispatches the missing runners of a flavour, or sets a timer for the end of a failure's
// pause.
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

// idle reports whether fill has nothing to do now: the pool is closed, the cluster does not answer,
// Ensure was not called, or a pause has not ended.
func (p *Pool) idle(g *group) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.closed || p.unreachable != nil || !g.asked || p.paused(g)
}

// paused reports whether a failure's pause has not ended; fill runs again at its end. mu is held.
func (p *Pool) paused(g *group) bool {
	pause := g.retry.Sub(p.Clock())
	if pause > 0 && g.timer == nil {
		g.timer = time.AfterFunc(pause, func() { p.retryFill(g) })
	}
	return pause > 0
}

// lacks reports whether fill must dispatch a runner now.
func (p *Pool) lacks(g *group) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return !p.closed && p.unreachable == nil && p.count(g) < g.want && !p.paused(g)
}

// filled records the result of a fill.
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

// retryFill calls fill at the end of a pause.
func (p *Pool) retryFill(g *group) {
	p.mu.Lock()
	g.timer = nil
	p.mu.Unlock()
	p.refill(g)
}

// refill calls fill in the background.
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

// count returns how many runners of the group serve or will serve. mu is held.
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

// surplus retires runners above the wanted number that no node has placed yet, so that no work is
// lost. It returns their ids.
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

// unplaced returns a runner of the group that waits for a node, or nil. mu is held.
func (p *Pool) unplaced(g *group) *runner {
	for _, r := range p.runners {
		if r.flavour == g.flavour.Name && r.serves() && r.alloc == "" && !r.registered {
			return r
		}
	}
	return nil
}
