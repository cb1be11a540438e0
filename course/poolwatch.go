package course

import "time"

// PoolPatience is how long runners of a flavour must fail to start before people get a notice, and
// how long they must be able to start again before the failure is over.
const PoolPatience = 5 * time.Minute

// PoolWatch tracks whether runners of a flavour can be started. The zero value has no observations.
type PoolWatch struct {
	stalled bool
	since   time.Time // when that was first seen
}

// Next returns the watch after another observation of the pool.
func (w PoolWatch) Next(stalled bool, now time.Time) PoolWatch {
	if w.since.IsZero() || w.stalled != stalled {
		return PoolWatch{stalled: stalled, since: now}
	}
	return w
}

// Fails reports whether runners have failed to start for so long that people get a notice.
func (w PoolWatch) Fails(now time.Time) bool { return w.stalled && w.lasted(now) }

// Works reports whether runners have been able to start for so long that a failure is over.
func (w PoolWatch) Works(now time.Time) bool { return !w.stalled && w.lasted(now) }

func (w PoolWatch) lasted(now time.Time) bool {
	return !w.since.IsZero() && now.Sub(w.since) >= PoolPatience
}
