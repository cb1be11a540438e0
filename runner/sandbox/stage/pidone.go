package stage

import (
	"syscall"
	"unsafe"
)

// runInit runs as the first process of a PID namespace. It starts the program and reaps orphans.
// When the program ends, it kills and reaps the other processes, and so learns their processor
// time. The namespace ends when it exits.
func runInit(s *Spec) *Failure {
	// The program runs under the same uid and must not read or stop this process.
	if err := prctl(prSetDumpable, 0); err != nil {
		return failed("prctl PR_SET_DUMPABLE", err)
	}
	if err := confine(s); err != nil {
		return err
	}
	n, err := newChild(s)
	if err != nil {
		return failed("execve", err)
	}
	pid, failure := n.spawn(0)
	if failure != nil {
		return failure
	}
	// Only the program: the kernel must not kill this process first. The runner may already have
	// set the score of both.
	_ = preferForOOM("/proc/" + decimal(pid))
	say([]byte{answerStarted})
	e := reap(pid)
	sayEnded(e)
	syscall.Exit(0)
	return nil
}

// reap waits for every process of the namespace. Once the program has ended it kills the others.
func reap(program int) Ended {
	var e Ended
	streams := newStreams()
	for {
		var status syscall.WaitStatus
		var usage syscall.Rusage
		pid, err := syscall.Wait4(-1, &status, streams.waiting(), &usage)
		if err == syscall.EINTR {
			continue
		}
		if pid == 0 && err == nil {
			streams.follow(program)
			continue
		}
		if err != nil { // ECHILD: no process is left
			return e
		}
		e.CPU += usage.Utime.Nano() + usage.Stime.Nano()
		e.Memory = max(e.Memory, usage.Maxrss<<10)
		if pid == program {
			e.Status, e.At = status, Monotonic()  // before a partner of the program can learn of the end
			_ = syscall.Kill(-1, syscall.SIGKILL) // ESRCH if no process is left
		}
	}
}

// Monotonic returns the time of the machine's monotonic clock, in nanoseconds.
func Monotonic() int64 {
	var t syscall.Timespec
	// This call cannot fail.
	_, _, _ = syscall.RawSyscall(syscall.SYS_CLOCK_GETTIME, clockMonotonic, uintptr(unsafe.Pointer(&t)), 0)
	return t.Nano()
}

// decimal formats a number that is not negative. It replaces strconv.Itoa.
func decimal(n int) string {
	if n < 10 {
		return string(rune('0' + n))
	}
	return decimal(n/10) + decimal(n%10)
}
