package scheduler

import (
	"slices"
	"sync"
	"time"

	"github.com/grader/grader/schema"
)

// maxFailures is how many of a flavour's last failures are kept for staff.
const maxFailures = 5

// PoolFailure is one reason why runners of a flavour did not start or were lost.
type PoolFailure = schema.PoolFailure

// failures are what went wrong with runners, by flavour.
type failures struct {
	mu        sync.Mutex
	byFlavour map[string]*trouble
}

// trouble is what went wrong with one flavour's runners.
type trouble struct {
	last      []PoolFailure // the latest first
	unstarted int           // failed starts in a row that nothing has made up for yet
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

// record notes a failure; unstarted: it kept a runner from registering.
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

// resetStarts notes that nothing keeps runners of the flavour from starting: one has registered,
// or all that are wanted are there. What is kept for staff stays.
func (f *failures) resetStarts(flavour string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.of(flavour).unstarted = 0
}

// unstarted returns how many starts of the flavour's runners failed in a row.
func (f *failures) unstarted(flavour string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.of(flavour).unstarted
}

// list returns a flavour's last failures, the latest first.
func (f *failures) list(flavour string) []PoolFailure {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.of(flavour).last)
}
