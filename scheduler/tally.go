package scheduler

import "sync/atomic"

// tally counts the runners of one flavour by phase, so that counting busy runners does not visit
// ten thousand of them.
type tally struct {
	starting, ready, busy, over atomic.Int64
}

// of returns the counter of a phase, nil for "" (not in the fleet).
func (t *tally) of(p phase) *atomic.Int64 {
	switch p {
	case phaseStarting:
		return &t.starting
	case phaseReady:
		return &t.ready
	case phaseBusy:
		return &t.busy
	case phaseOver:
		return &t.over
	}
	return nil
}

// move counts a runner's change of phase; "" is outside the fleet. A nil tally counts nothing.
func (t *tally) move(from, to phase) {
	if t == nil {
		return
	}
	if n := t.of(from); n != nil {
		n.Add(-1)
	}
	if n := t.of(to); n != nil {
		n.Add(1)
	}
}

// alive returns the number of runners that are starting, ready or busy.
func (t *tally) alive() int { return int(t.starting.Load() + t.ready.Load() + t.busy.Load()) }
