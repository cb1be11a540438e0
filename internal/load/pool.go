package load

import (
	"context"
	"fmt"
	"sync"

	"github.com/grader/grader/scheduler"
	"github.com/grader/grader/schema"
)

// pool implements a cluster with runners in the crowd's process. It sends notices to start
// and stop them.
type pool struct {
	url       string
	out       *lines
	registrar scheduler.Registrar

	mu     sync.Mutex
	closed bool
	made   int
	want   map[string]int
	alive  map[string]map[string]bool // by flavour
}

func newPool(url string, out *lines) *pool {
	return &pool{url: url, out: out, want: make(map[string]int), alive: make(map[string]map[string]bool)}
}

// Ensure implements scheduler.Pool.
func (p *pool) Ensure(_ context.Context, f schema.Flavour, n int) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.want[f.Name] = n
	return p.fill(f.Name)
}

// fill starts the missing runners of a flavour. mu is held.
func (p *pool) fill(flavour string) error {
	if p.closed {
		return schema.Errorf(schema.CodeUnavailable, "the pool is closed")
	}
	if p.alive[flavour] == nil {
		p.alive[flavour] = make(map[string]bool)
	}
	for len(p.alive[flavour]) < p.want[flavour] {
		p.made++
		id := fmt.Sprintf("load-%d", p.made)
		p.alive[flavour][id] = true
		c := p.registrar.Issue(id, flavour)
		c.URL = p.url
		if err := p.out.send(notice{Start: &c}); err != nil {
			return err
		}
	}
	return nil
}

// Registered implements scheduler.Pool.
func (p *pool) Registered(string) {}

// Retire implements scheduler.Pool.
func (p *pool) Retire(_ context.Context, runner string) error {
	if !p.remove(runner) {
		return nil
	}
	return p.out.send(notice{Retire: runner})
}

// exited handles the exit of a runner.
func (p *pool) exited(runner string) {
	if p.remove(runner) {
		p.registrar.Exited(runner, "it vanished")
	}
}

// remove removes a runner and starts a fresh one in its place.
func (p *pool) remove(runner string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for flavour, alive := range p.alive {
		if alive[runner] {
			delete(alive, runner)
			_ = p.fill(flavour) // fails only if the crowd has ended
			return true
		}
	}
	return false
}

// List implements scheduler.Pool.
func (p *pool) List(context.Context) ([]scheduler.PoolRunner, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var all []scheduler.PoolRunner
	for flavour, alive := range p.alive {
		for id := range alive {
			all = append(all, scheduler.PoolRunner{ID: id, Flavour: flavour, Where: "the crowd", Alive: true})
		}
	}
	return all, nil
}

// Close implements scheduler.Pool.
func (p *pool) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	clear(p.alive)
	return nil
}
