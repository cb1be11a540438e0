package sandbox

import (
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestResourceLimitsExceedTheStepsOwn checks that a process reaches the limit of its step before
// any resource limit, because the step's limit is the one that is reported. The kernel's count of
// processor time is too high by more than a tenth on virtual machines.
func TestResourceLimitsExceedTheStepsOwn(t *testing.T) {
	t.Parallel()
	for _, cpu := range []time.Duration{50 * time.Millisecond, time.Second, 20 * time.Second, 24 * time.Hour} {
		l := Limits{CPU: cpu, Memory: 64 << 20, Disk: 32 << 20, Processes: 8}
		for _, b := range bounds(l, false) {
			least := map[int]uint64{
				unix.RLIMIT_CPU: uint64(3*cpu/2/time.Second) + 5, unix.RLIMIT_FSIZE: uint64(l.Disk), unix.RLIMIT_STACK: uint64(l.Memory), unix.RLIMIT_NPROC: 8,
			}[b.Resource]
			if b.Soft < least || b.Hard < b.Soft {
				t.Errorf("%v of processor time: resource %d is limited to %d and %d, want at least %d", cpu, b.Resource, b.Soft, b.Hard, least)
			}
		}
	}
}
