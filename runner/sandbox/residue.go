package sandbox

import "time"

// residue is the kernel memory that stays charged to a slot's cgroup after a step has ended. The kernel
// frees most of it (pipes, mappings, watches, stacks of threads) after a grace period, which takes a
// second or two on a busy machine. Directory entries and inodes stay until memory is short.
//
// The next step's limit must allow for the memory that stays. It must not allow for memory that will be
// freed, because the step could use that much more than its limit.
type residue struct {
	kept int64 // the memory that stayed after the last step
}

const (
	residueSmall  = kernelOverhead          // an amount that is not worth waiting for
	residueSteady = 1500 * time.Millisecond // an amount that has not fallen for this long stays
	residueWithin = 5 * time.Second
	residueLook   = 2 * time.Millisecond
)

// settle returns the charged memory. If that is much more than the memory that stayed after the
// last step, settle waits first while it falls.
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
