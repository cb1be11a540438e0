package course

import "time"

// PoolPatience is how long no runner of a flavour can be started before people are told, and how
// long one must be able to start again before the failure is over.
const PoolPatience = 5 * time.Minute

// PoolWatch follows whether runners of a flavour can be started. The zero value has seen nothing.
type PoolWatch struct {
	stalled bool
	since   time.Time // when that was first seen
}

// Next returns the watch after another look at the pool.
func (w PoolWatch) Next(stalled bool, now time.Time) PoolWatch {
	if w.since.IsZero() || w.stalled != stalled {
		return PoolWatch{stalled: stalled, since: now}
	}
	return w
}

// Fails reports whether no runner could be started for so long that people are told.
func (w PoolWatch) Fails(now time.Time) bool { return w.stalled && w.lasted(now) }

// Works reports whether runners could be started for so long that a failure is over.
func (w PoolWatch) Works(now time.Time) bool { return !w.stalled && w.lasted(now) }

func (w PoolWatch) lasted(now time.Time) bool {
	return !w.since.IsZero() && now.Sub(w.since) >= PoolPatience
}
