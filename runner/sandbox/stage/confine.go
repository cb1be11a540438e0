package stage

import (
	"runtime"
	"syscall"
	"unsafe"
)

// confine takes everything away from the calling thread, which is locked. The order
// matters: limits before the uid that could not raise them, Landlock's paths opened
// before that uid could not reach them, the filter last because it forbids the rest.
func confine(s *Spec) *Failure {
	if err := bound(s); err != nil {
		return err
	}
	ruleset, err := openRuleset(s)
	if err != nil {
		return err
	}
	if err := takeUID(s.UID); err != nil {
		return err
	}
	if err := prctl(prSetNoNewPrivs, 1); err != nil {
		return failed("prctl PR_SET_NO_NEW_PRIVS", err)
	}
	if !s.Init {
		// The next owner of the uid sweeps; this shortens what outlives a killed runner.
		if err := prctl(prSetPdeathsig, uintptr(syscall.SIGKILL)); err != nil {
			return failed("prctl PR_SET_PDEATHSIG", err)
		}
	}
	if err := syscall.Chdir(s.Dir); err != nil {
		return failed("chdir", err)
	}
	if err := restrict(ruleset); err != nil {
		return err
	}
	return filter(s.Filter)
}

func bound(s *Spec) *Failure {
	if !s.Init {
		if err := preferForOOM("/proc/self"); err != nil {
			return err
		}
	}
	syscall.Umask(0o077)
	for _, l := range s.Limits {
		if err := lower(l); err != nil {
			return failed("setrlimit", err)
		}
	}
	return nil
}

// lower sets a limit, or keeps a lower one that is in force already. It uses syscall's
// own call, which then knows that it must not restore the descriptors' limit at exec.
func lower(l Limit) error {
	var now syscall.Rlimit
	if err := syscall.Getrlimit(l.Resource, &now); err != nil {
		return err
	}
	want := syscall.Rlimit{Cur: min(l.Soft, now.Max), Max: min(l.Hard, now.Max)}
	return syscall.Setrlimit(l.Resource, &want)
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

// takeUID changes the uid of this thread alone: the others end at execve.
func takeUID(uid int) *Failure {
	if uid < 0 {
		return nil
	}
	id := uintptr(uid)
	if _, _, e := syscall.RawSyscall(syscall.SYS_SETGROUPS, 0, 0, 0); e != 0 {
		return failed("setgroups", e)
	}
	if _, _, e := syscall.RawSyscall(syscall.SYS_SETRESGID, id, id, id); e != 0 {
		return failed("setresgid", e)
	}
	if _, _, e := syscall.RawSyscall(syscall.SYS_SETRESUID, id, id, id); e != 0 {
		return failed("setresuid", e)
	}
	return nil
}

// filter installs the seccomp program on this thread.
func filter(program []byte) *Failure {
	if len(program) == 0 {
		return nil
	}
	const instruction = 8 // bytes of a struct sock_filter
	p := sockFprog{len: uint16(len(program) / instruction), filter: &program[0]}
	_, _, e := syscall.RawSyscall(sysSeccomp, seccompSetModeFilter, 0, uintptr(unsafe.Pointer(&p)))
	runtime.KeepAlive(program)
	if e != 0 {
		return failed("seccomp", e)
	}
	return nil
}
