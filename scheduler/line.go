package scheduler

import (
	"slices"
	"sync"
)

// lines are the claims that wait for a job, by flavour. One ring wakes one claim,
// not all: a claim that gets a job rings for the next, one that does not lines up
// again. A claim joins before it looks into the queue, so that no ring falls
// between the look and the wait.
type lines struct {
	mu      sync.Mutex
	waiting map[string][]chan struct{}
}

// join lines up; the channel is closed by the ring that is meant for it.
func (l *lines) join(flavour string) chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.waiting == nil {
		l.waiting = make(map[string][]chan struct{})
	}
	bell := make(chan struct{})
	l.waiting[flavour] = append(l.waiting[flavour], bell)
	return bell
}

// leave gives the place up. A ring that had been meant for it goes to the next.
func (l *lines) leave(flavour string, bell chan struct{}) {
	l.mu.Lock()
	at := slices.Index(l.waiting[flavour], bell)
	if at >= 0 {
		l.waiting[flavour] = slices.Delete(l.waiting[flavour], at, at+1)
	}
	l.mu.Unlock()
	if at < 0 {
		l.ring(flavour)
	}
}

// ring wakes the claim that has waited longest, if any waits.
func (l *lines) ring(flavour string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if queue := l.waiting[flavour]; len(queue) > 0 {
		close(queue[0])
		l.waiting[flavour] = slices.Delete(queue, 0, 1)
	}
}
