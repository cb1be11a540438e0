package load

import (
	"cmp"
	"slices"
	"sync"
	"time"
)

// entry is the ledger's record of a job. The first event of a job creates it.
type entry struct {
	push    pushed
	claims  int
	results int
	first   time.Time // first claim
	polled  time.Time // start of the poll that returned it
}

// ledger records every push, every claim and every accepted result.
type ledger struct {
	mu      sync.Mutex
	jobs    map[int64]*entry
	pushed  int
	done    int
	failed  int // jobs that lost three runners, counted by the store
	expects int
	settled chan struct{} // closed once every expected job is done
	heard   chan struct{} // signal with a buffer of one: a push was recorded
}

func newLedger(expects int) *ledger {
	return &ledger{jobs: make(map[int64]*entry, expects), expects: expects, settled: make(chan struct{}), heard: make(chan struct{}, 1)}
}

// of returns a job's entry. mu is held.
func (l *ledger) of(job int64) *entry {
	e := l.jobs[job]
	if e == nil {
		e = new(entry)
		l.jobs[job] = e
	}
	return e
}

// record records a push that became a job.
func (l *ledger) record(p pushed) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.of(p.Job).push = p
	l.pushed++
	select {
	case l.heard <- struct{}{}:
	default:
	}
	l.settle()
}

// recorded returns the number of pushes that have become jobs.
func (l *ledger) recorded() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.pushed
}

// claim records a claimed job and the start of the runner's poll.
func (l *ledger) claim(job int64, began, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	e := l.of(job)
	if e.claims++; e.claims == 1 {
		e.first, e.polled = now, began
	}
}

// finish records an accepted result.
func (l *ledger) finish(job int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	e := l.of(job)
	if e.results++; e.results == 1 {
		l.done++
	}
	l.settle()
}

// fail records the number of jobs that have finally failed.
func (l *ledger) fail(n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.failed = n
	l.settle()
}

// settle closes settled once every job has ended. mu is held.
func (l *ledger) settle() {
	if l.done+l.failed >= l.expects && l.pushed == l.expects {
		select {
		case <-l.settled:
		default:
			close(l.settled)
		}
	}
}

// waits holds the times that pushes waited for a runner: the latest pushes of owners, also by
// course and by student, and pushes that a newer push of the owner had overtaken.
type waits struct {
	pushes    []time.Duration
	overtaken []time.Duration
	courses   map[int][]time.Duration
	students  map[int][]time.Duration
	claims    []time.Duration // from the poll or the push, whichever is later, to the order
}

func (l *ledger) waits() waits {
	l.mu.Lock()
	defer l.mu.Unlock()
	type owner struct{ course, student int }
	byOwner := make(map[owner][]*entry)
	for _, e := range l.jobs {
		o := owner{e.push.Course, e.push.Student}
		byOwner[o] = append(byOwner[o], e)
	}
	w := waits{courses: make(map[int][]time.Duration), students: make(map[int][]time.Duration)}
	for o, entries := range byOwner {
		slices.SortFunc(entries, func(a, b *entry) int { return cmp.Compare(a.push.N, b.push.N) })
		for i, e := range entries {
			if e.claims == 0 {
				continue
			}
			began := e.polled
			if e.push.At.After(began) {
				began = e.push.At
			}
			w.claims = append(w.claims, max(0, e.first.Sub(began)))
			took := max(0, e.first.Sub(e.push.At))
			if i+1 < len(entries) && entries[i+1].push.At.Before(e.first) {
				w.overtaken = append(w.overtaken, took)
				continue
			}
			w.pushes = append(w.pushes, took)
			w.courses[o.course] = append(w.courses[o.course], took)
			w.students[o.student] = append(w.students[o.student], took)
		}
	}
	return w
}

// counts returns the number of jobs, of jobs without a result that did not fail, of jobs with more
// than one result, and of jobs that were claimed again.
func (l *ledger) counts() (jobs, lost, duplicated, again int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, e := range l.jobs {
		jobs++
		if e.results == 0 {
			lost++
		}
		if e.results > 1 {
			duplicated++
		}
		again += max(0, e.claims-1)
	}
	return jobs, max(0, lost+l.expects-jobs-l.failed), duplicated, again
}
