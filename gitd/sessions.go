package gitd

import "sync"

// sessions counts the running sessions. After close none can begin.
type sessions struct {
	mu     sync.Mutex
	closed bool
	active sync.WaitGroup
}

func (g *sessions) enter() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return false
	}
	g.active.Add(1)
	return true
}

func (g *sessions) leave() { g.active.Done() }

func (g *sessions) close() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.closed = true
}

func (g *sessions) wait() { g.active.Wait() }
