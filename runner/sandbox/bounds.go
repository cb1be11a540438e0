package sandbox

import (
	"time"

	"golang.org/x/sys/unix"

	"github.com/grader/grader/runner/sandbox/stage"
)

// MaxOpenFiles is the maximum number of open files of one process of a step.
const MaxOpenFiles = 1024

// The wall's own limits, which apply where a step sets 0.
const (
	capProcesses = 2048
	capOutput    = 64 << 20
	capWall      = time.Hour
	capFiles     = MaxOpenFiles
	capSignals   = 1024     // pending signals, including timers; all processes of a user share the limit
	capLocked    = 8 << 20  // bytes, the kernel's default
	capStack     = 64 << 20 // if there is no memory limit
	maxStack     = 4 << 30  // every thread reserves this much address space

	// noCore is the limit on core dumps at which the kernel neither writes a file nor runs the
	// machine's core handler. With 0, the handler would still run, as root.
	noCore = 1

	// initTasks is the number of tasks that bubblewrap, and the stage as the namespace's first
	// process, use from RLIMIT_NPROC, which counts threads.
	initTasks = 12
)

// bounds returns the resource limits of a step's processes. The watcher limits the sums over all
// processes in addition. Memory has no resource limit: RLIMIT_AS breaks Java, RLIMIT_DATA breaks
// sanitizers and programs with many threads, and neither covers shared mappings or several
// processes. A cgroup or the sums limit memory, and the container's limit applies to all of them.
func bounds(l Limits, inNamespace bool) []stage.Limit {
	tasks := orCap(int64(l.Processes), capProcesses)
	if inNamespace {
		tasks += initTasks
	}
	list := []stage.Limit{
		limit(unix.RLIMIT_CORE, noCore),
		limit(unix.RLIMIT_NOFILE, capFiles),
		limit(unix.RLIMIT_NPROC, tasks),
		limit(unix.RLIMIT_MSGQUEUE, 0),
		limit(unix.RLIMIT_SIGPENDING, capSignals),
		limit(unix.RLIMIT_MEMLOCK, capLocked),
		limit(unix.RLIMIT_RTPRIO, 0),
		limit(unix.RLIMIT_NICE, 0),
	}
	if l.CPU > 0 {
		list = append(list, cpuBackstop(l.CPU))
	}
	if l.Disk > 0 {
		list = append(list, limit(unix.RLIMIT_FSIZE, l.Disk))
	}
	return append(list, limit(unix.RLIMIT_STACK, min(orCap(l.Memory, capStack), maxStack)))
}

// cpuBackstop returns the limit that ends a process which has far exceeded its time if the watcher
// did not end it. The kernel measures this limit in ticks, whose sum on a virtual machine is more
// than the time that the process ran. A limit near the step's own would therefore end an honest
// program early, with a signal.
func cpuBackstop(cpu time.Duration) stage.Limit {
	seconds := 2*uint64(cpu/time.Second) + 10
	return stage.Limit{Resource: unix.RLIMIT_CPU, Soft: seconds, Hard: seconds + 1}
}

func limit(resource int, value int64) stage.Limit {
	return stage.Limit{Resource: resource, Soft: uint64(value), Hard: uint64(value)}
}

func orCap(value, otherwise int64) int64 {
	if value > 0 {
		return value
	}
	return otherwise
}
