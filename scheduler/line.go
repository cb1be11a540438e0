package scheduler

import (
	"container/list"
	"sync"
)

// lines are the claims that wait for a job, by flavour. One ring wakes one claim,
// not all: a claim that gets a job rings for the next, one that does not lines up
// again. A claim joins before it looks into the queue, so that no ring falls
// between the look and the wait.
type lines struct {
	mu      sync.Mutex
	waiting map[string]*list.List // of *spot
}

// spot is one claim's place in its line.
type spot struct {
	bell chan struct{} // closed by the ring that is meant for it
	at   *list.Element // nil once it was rung
}

// join lines up.
func (l *lines) join(flavour string) *spot {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.waiting == nil {
		l.waiting = make(map[string]*list.List)
	}
	if l.waiting[flavour] == nil {
		l.waiting[flavour] = list.New()
	}
	p := &spot{bell: make(chan struct{})}
	p.at = l.waiting[flavour].PushBack(p)
	return p
}

// leave gives the place up. A ring that had been meant for it goes to the next.
func (l *lines) leave(flavour string, p *spot) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if p.at == nil {
		l.wake(flavour)
		return
	}
	l.waiting[flavour].Remove(p.at)
	p.at = nil
}

// ring wakes the claim that has waited longest, if any waits.
func (l *lines) ring(flavour string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.wake(flavour)
}

// wake is ring with mu held.
func (l *lines) wake(flavour string) {
	queue := l.waiting[flavour]
	if queue == nil || queue.Len() == 0 {
		return
	}
	p := queue.Remove(queue.Front()).(*spot)
	p.at = nil
	close(p.bell)
}
