package scheduler

import (
	"container/list"
	"sync"
)

// lines holds the claims that wait for a job, by flavour. ring wakes only one claim: a claim that
// gets a job rings for the next, and a claim that gets none joins again. A claim joins before it
// looks for a job, so that it misses no ring between looking and waiting.
//
// A claim may take a regrade only while another claim that may not take one stays in the line. So a
// push finds a ready runner however many regrades wait.
type lines struct {
	mu      sync.Mutex
	waiting map[string]*list.List // of *spot
	refused map[string]bool       // a claim was refused a regrade while another one looked for one
}

// spot is one claim's place in a line.
type spot struct {
	bell     chan struct{} // closed when the claim is woken
	at       *list.Element // nil once the claim was woken
	regrades bool          // it may take a regrade
}

// join appends a claim to the line.
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

// ready reports whether a claim waits, which means that a runner of the flavour is ready.
func (l *lines) ready(flavour string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.waiting[flavour] != nil && l.waiting[flavour].Len() > 0
}

// leave removes a claim from the line. If it was woken at the same time, the next claim is
// woken instead.
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

// spare reports whether the claim may take a regrade: another claim that may not take one must stay
// in the line. Until unspare, or until the claim leaves, no other claim relies on it.
func (l *lines) spare(flavour string, p *spot) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	others := false
	for at := l.waiting[flavour].Front(); at != nil; at = at.Next() {
		if other := at.Value.(*spot); other != p {
			others = true
			if !other.regrades {
				p.regrades = true
				return true
			}
		}
	}
	if others {
		if l.refused == nil {
			l.refused = make(map[string]bool)
		}
		l.refused[flavour] = true
	}
	return false
}

// unspare records that the claim looked for a regrade and found none. If spare refused a claim in
// the meantime, it wakes the claim that has waited longest, because a job may have been queued
// since.
func (l *lines) unspare(flavour string, p *spot) {
	l.mu.Lock()
	defer l.mu.Unlock()
	p.regrades = false
	if l.refused[flavour] {
		l.refused[flavour] = false
		l.wake(flavour)
	}
}

// ring wakes the claim that has waited longest, if any.
func (l *lines) ring(flavour string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.wake(flavour)
}

// wake is like ring but for callers that hold mu.
func (l *lines) wake(flavour string) {
	queue := l.waiting[flavour]
	if queue == nil || queue.Len() == 0 {
		return
	}
	p := queue.Remove(queue.Front()).(*spot)
	p.at = nil
	close(p.bell)
}
