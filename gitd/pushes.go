package gitd

import "sync"

// pushes are the pushes that git is receiving, by token.
type pushes struct {
	mu  sync.Mutex
	all map[string]*push
}

func (a *pushes) add(p *push) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.all == nil {
		a.all = make(map[string]*push)
	}
	a.all[p.token] = p
}

func (a *pushes) remove(p *push) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.all, p.token)
}

// receiving reports whether git receives a push into the repository. That push has resolved
// every earlier intent there.
func (a *pushes) receiving(repository int64) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, p := range a.all {
		if p.row.ID == repository {
			return true
		}
	}
	return false
}

// killAll ends every git that is receiving.
func (a *pushes) killAll() {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, p := range a.all {
		p.reception.abort(stoppingRefusal())
	}
}
