package stage

import (
	"syscall"
	"unsafe"
)

// runInit is the first process of a PID namespace. It starts the program, reaps
// whatever is orphaned, and when the program ends kills the rest, whose processor
// time it thereby learns. Its end takes the namespace with it.
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
	// The program alone, since this process must not be preferred; the runner may have said
	// so of both already.
	_ = preferForOOM("/proc/" + decimal(pid))
	say([]byte{answerStarted})
	e := reap(pid)
	sayEnded(e)
	syscall.Exit(0)
	return nil
}

// reap waits for every process of the namespace; once the program has ended it
// kills the others.
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
		if err != nil { // ECHILD: nobody is left
			return e
		}
		e.CPU += usage.Utime.Nano() + usage.Stime.Nano()
		e.Memory = max(e.Memory, usage.Maxrss<<10)
		if pid == program {
			e.Status, e.At = status, Monotonic()  // before any partner learns of it
			_ = syscall.Kill(-1, syscall.SIGKILL) // ESRCH when nobody is left
		}
	}
}

// Monotonic is the time by the clock that all processes of a machine share, in nanoseconds.
func Monotonic() int64 {
	var t syscall.Timespec
	// It has no error that can happen.
	_, _, _ = syscall.RawSyscall(syscall.SYS_CLOCK_GETTIME, clockMonotonic, uintptr(unsafe.Pointer(&t)), 0)
	return t.Nano()
}

// decimal is strconv.Itoa for what is no negative number.
func decimal(n int) string {
	if n < 10 {
		return string(rune('0' + n))
	}
	return decimal(n/10) + decimal(n%10)
}
