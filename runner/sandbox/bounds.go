package sandbox

import (
	"time"

	"golang.org/x/sys/unix"

	"github.com/grader/grader/runner/sandbox/stage"
)

// MaxOpenFiles is how many files one process of a step may have open at once.
const MaxOpenFiles = 1024

// The wall's own caps, for limits that a step leaves at 0.
const (
	capProcesses = 2048
	capOutput    = 64 << 20
	capWall      = time.Hour
	capFiles     = MaxOpenFiles
	capSignals   = 1024     // queued, timers included: all processes of a user share them
	capLocked    = 8 << 20  // bytes, the kernel's default
	capStack     = 64 << 20 // without a memory limit
	maxStack     = 4 << 30  // every thread reserves as many addresses

	// noCore is the limit on core dumps at which neither a file is written nor a machine's
	// handler run, which 0 does not keep from being run as root.
	noCore = 1

	// initTasks is what bubblewrap and the stage that stays as first process take of
	// RLIMIT_NPROC, which counts threads.
	initTasks = 12
)

// bounds are the resource limits of a step, whose sums are watched besides. Memory has
// none: RLIMIT_AS breaks Java, RLIMIT_DATA breaks sanitizers and programs of many
// threads, and neither holds shared mappings or several processes; what bounds it are a
// cgroup or the sums, and around them the container's limit.
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

// cpuBackstop ends a process that has outrun the watcher by far. The kernel counts this limit by ticks,
// which on a virtual machine are more than the time that the process ran, so that a limit near
// the step's own would end an honest program early, and by a signal.
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
