package sandbox

import "time"

// residue is the kernel's own memory that stays charged to a slot's cgroup after a step has ended. The
// kernel frees most of it (pipes, mappings, watches, stacks of threads) after a grace period, which takes
// a second or two on a busy machine; directory entries and inodes stay until memory is short.
//
// The next step's limit must be above what stays. It must not be above what goes, or that step could
// take as much more than its limit.
type residue struct {
	kept int64 // what stayed after the last step
}

const (
	residueSmall  = kernelOverhead          // an amount that is not worth waiting for
	residueSteady = 1500 * time.Millisecond // an amount that has not fallen for this long stays
	residueWithin = 5 * time.Second
	residueLook   = 2 * time.Millisecond
)

// settle waits while charged falls, if it is much more than what stayed after the last step, and
// returns it.
func (r *residue) settle(charged func() int64) int64 {
	now := charged()
	if now <= r.kept+residueSmall {
		r.kept = min(r.kept, now)
		return now
	}
	begun := time.Now()
	lowest, fell := now, begun
	for now > r.kept+residueSmall && time.Since(begun) < residueWithin && time.Since(fell) < residueSteady {
		time.Sleep(residueLook)
		if now = charged(); now < lowest {
			lowest, fell = now, time.Now()
		}
	}
	r.kept = now
	return now
}
