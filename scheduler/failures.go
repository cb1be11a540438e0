package scheduler

import (
	"slices"
	"sync"
	"time"

	"github.com/grader/grader/schema"
)

// maxFailures is the number of a flavour's most recent failures that staff can read.
const maxFailures = 5

// PoolFailure is a reason why runners of a flavour did not start or were lost.
type PoolFailure = schema.PoolFailure

// failures records the failures of runners by flavour.
type failures struct {
	mu        sync.Mutex
	byFlavour map[string]*trouble
}

// trouble holds the failures of one flavour's runners.
type trouble struct {
	last      []PoolFailure // newest first
	unstarted int           // consecutive failed starts since the last success
}

// of returns a flavour's trouble. mu is held.
func (f *failures) of(flavour string) *trouble {
	if f.byFlavour == nil {
		f.byFlavour = make(map[string]*trouble)
	}
	if f.byFlavour[flavour] == nil {
		f.byFlavour[flavour] = new(trouble)
	}
	return f.byFlavour[flavour]
}

// record records a failure. unstarted means that it kept a runner from registering.
func (f *failures) record(flavour, why string, unstarted bool, now time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	t := f.of(flavour)
	if unstarted {
		t.unstarted++
	}
	if len(t.last) > 0 && t.last[0].Why == why {
		t.last[0].Times++
		t.last[0].Last = now
		return
	}
	t.last = slices.Insert(t.last, 0, PoolFailure{Why: why, Times: 1, First: now, Last: now})
	t.last = t.last[:min(len(t.last), maxFailures)]
}

// resetStarts records that runners of the flavour can start: one has registered, or as many run as
// are wanted. It keeps the list for staff.
func (f *failures) resetStarts(flavour string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.of(flavour).unstarted = 0
}

// unstarted returns the number of consecutive failed starts of the flavour's runners.
func (f *failures) unstarted(flavour string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.of(flavour).unstarted
}

// list returns a flavour's last failures, newest first.
func (f *failures) list(flavour string) []PoolFailure {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.of(flavour).last)
}
