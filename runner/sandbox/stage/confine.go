package stage

import (
	"runtime"
	"syscall"
	"unsafe"
)

// confine sets the limits and the filter of system calls on the calling thread, which is locked. The program that
// the thread starts inherits them. Limits come first, because the filter forbids setting them.
func confine(s *Spec) *Failure {
	if err := bound(s); err != nil {
		return err
	}
	if err := prctl(prSetNoNewPrivs, 1); err != nil {
		return failed("prctl PR_SET_NO_NEW_PRIVS", err)
	}
	if err := syscall.Chdir(s.Dir); err != nil {
		return failed("chdir", err)
	}
	return filter(s.Filter)
}

func bound(s *Spec) *Failure {
	syscall.Umask(0o077)
	for _, l := range s.Limits {
		if err := lower(l); err != nil {
			return failed("setrlimit", err)
		}
	}
	return nil
}

// lower sets a limit, unless a lower one is already set. It uses syscall's own function, so that
// package syscall does not restore the limit on descriptors at exec.
func lower(l Limit) error {
	want, err := lowered(l)
	if err != nil {
		return err
	}
	return syscall.Setrlimit(l.Resource, &want)
}

// lowered returns a limit to set, at most the current one.
func lowered(l Limit) (syscall.Rlimit, error) {
	var now syscall.Rlimit
	err := syscall.Getrlimit(l.Resource, &now)
	return syscall.Rlimit{Cur: min(l.Soft, now.Max), Max: min(l.Hard, now.Max)}, err
}

// preferForOOM makes the kernel kill this process before any other.
func preferForOOM(proc string) *Failure {
	fd, err := syscall.Open(proc+"/oom_score_adj", syscall.O_WRONLY|syscall.O_CLOEXEC, 0)
	if err != nil {
		return failed("open oom_score_adj", err)
	}
	_, err = syscall.Write(fd, []byte("1000"))
	if e := syscall.Close(fd); err == nil {
		err = e
	}
	return failed("write oom_score_adj", err)
}

// filter installs the seccomp program on this thread.
func filter(program []byte) *Failure {
	if len(program) == 0 {
		return nil
	}
	p := newSockFprog(program)
	_, _, e := syscall.RawSyscall(sysSeccomp, seccompSetModeFilter, 0, uintptr(unsafe.Pointer(p)))
	runtime.KeepAlive(program)
	if e != 0 {
		return failed("seccomp", e)
	}
	return nil
}
