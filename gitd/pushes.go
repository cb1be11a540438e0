package gitd

import "sync"

// pushes holds the pushes that git is receiving, by token.
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

// receiving reports whether git is receiving a push into the repository. Such a push resolved every
// earlier intent of the repository before it began.
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

// killAll kills every git process that is receiving a push.
func (a *pushes) killAll() {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, p := range a.all {
		p.reception.abort(stoppingRefusal())
	}
}
