package sandbox

import "golang.org/x/sys/unix"

// ChangePolicy changes the scheduling policy of a thread if it is from; thread 0 is the calling
// one. The thread keeps its nice value and its other policies, which an operator may have chosen.
// It reports whether the policy changed.
func ChangePolicy(thread int, from, to uint32) (changed bool, err error) {
	attr, err := unix.SchedGetAttr(thread, 0)
	if err != nil || attr.Policy != from {
		return false, err
	}
	attr.Policy = to
	return true, unix.SchedSetAttr(thread, attr, 0)
}

// runAsUsual ends SCHED_IDLE for the calling thread and what it starts. The steps of a runner that
// runs in the background must not inherit this policy. A runner that may not raise its priority has
// not lowered it either.
func runAsUsual() error {
	_, err := ChangePolicy(0, unix.SCHED_IDLE, unix.SCHED_NORMAL)
	return err
}
