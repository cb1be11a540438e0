package stage

import (
	"runtime"
	"syscall"
	"unsafe"
)

// The steps of a newborn process before it is the program, in their order. Each is a call that may fail.
const (
	stepTasks = iota
	stepOwnProc
	stepOwnRule
	stepSetgroups
	stepSetresgid
	stepSetresuid
	stepNoNewPrivs
	stepPdeathsig
	stepSetsid
	stepChdir
	stepLandlock
	stepSeccomp
	stepExecve
)

// callOf names the call of a step.
func callOf(step int) string {
	names := [...]string{
		"prlimit64", "open /proc/self", "landlock_add_rule /proc/self", "setgroups", "setresgid", "setresuid", "prctl PR_SET_NO_NEW_PRIVS", "prctl PR_SET_PDEATHSIG", "setsid", "chdir",
		"landlock_restrict_self", "seccomp", "execve",
	}
	if step < 0 || step >= len(names) {
		return "start"
	}
	return names[step]
}

// newborn is a process that becomes the program: what it does to itself, made ready before it
// is born, since it can allocate nothing.
type newborn struct {
	confined bool            // by its parent already
	tasks    *syscall.Rlimit // nil: its parent's
	uid      uintptr
	takesUID bool
	ruleset  uintptr
	landlock bool
	ownProc  *byte           // nil: no rule about it
	ownRule  pathBeneathAttr // what it may do there
	filter   *sockFprog

	dir, program *byte
	argv, env    **byte
	mask         uint64 // the signals that the program finds blocked
	failure      int    // where it writes why it could not become the program
}

// newNewborn makes a newborn of a spec; its ruleset is open already, -1 for none.
func newNewborn(s *Spec, ruleset int) (*newborn, error) {
	n := &newborn{confined: s.Init, landlock: ruleset >= 0, ruleset: uintptr(ruleset), takesUID: s.UID >= 0, uid: uintptr(s.UID)}
	var argv, env []*byte
	var errs [4]error
	n.dir, errs[0] = syscall.BytePtrFromString(s.Dir)
	n.program, errs[1] = syscall.BytePtrFromString(s.Program)
	argv, errs[2] = syscall.SlicePtrFromStrings(s.Argv)
	env, errs[3] = syscall.SlicePtrFromStrings(s.Env)
	var err error
	for _, err = range errs {
		if err != nil {
			return nil, err
		}
	}
	n.argv, n.env = &argv[0], &env[0]
	if access := ownAccess(s); n.landlock && access != 0 {
		n.ownRule.access = access
		if n.ownProc, err = syscall.BytePtrFromString(ownProc); err != nil {
			return nil, err
		}
	}
	if n.tasks, err = tasksOf(s); err != nil {
		return nil, err
	}
	if len(s.Filter) > 0 {
		const instruction = 8 // bytes of a struct sock_filter
		n.filter = &sockFprog{len: uint16(len(s.Filter) / instruction), filter: &s.Filter[0]}
	}
	return n, nil
}

// spawn starts the program and returns once it runs, or with the call that failed; the process is
// there in both cases.
//
// The program must not be a process that was something else before: the kernel keeps the largest
// resident set of a process over execve, and vfork, which syscall.ForkExec uses, counts the
// parent's. A fork copies only what this process wrote itself.
func (n *newborn) spawn(flags uintptr) (pid int, failure *Failure) {
	var pipe [2]int
	if err := syscall.Pipe2(pipe[:], syscall.O_CLOEXEC); err != nil {
		return 0, failed("pipe2", err)
	}
	n.failure = pipe[1]
	pid, errno := n.fork(flags | uintptr(syscall.SIGCHLD))
	runtime.KeepAlive(n)
	err := syscall.Close(pipe[1])
	if errno != 0 {
		return 0, failed("clone", errno)
	}
	if err != nil {
		return pid, failed("close", err)
	}
	said, err := readAll(pipe[0])
	if err != nil {
		return pid, failed("read", err)
	}
	r := reader{b: said}
	step, number := int(r.number()), syscall.Errno(r.number())
	if r.bad { // nothing was said: the program runs
		return pid, failed("close", syscall.Close(pipe[0]))
	}
	return pid, &Failure{Call: callOf(step), Errno: number}
}

// fork makes the process. Until it is the program no signal may reach it, since the runtime that
// would handle it is not there: its other threads are its parent's alone.
//
//go:norace
//go:noinline
func (n *newborn) fork(flags uintptr) (int, syscall.Errno) {
	const setmask, size = 2, 8
	all := ^uint64(0)
	if _, _, e := syscall.RawSyscall6(syscall.SYS_RT_SIGPROCMASK, setmask, uintptr(unsafe.Pointer(&all)), uintptr(unsafe.Pointer(&n.mask)), size, 0, 0); e != 0 {
		return 0, e
	}
	pid, _, errno := syscall.RawSyscall6(syscall.SYS_CLONE, flags, 0, 0, 0, 0, 0)
	if errno == 0 && pid == 0 {
		n.become()
	}
	// It cannot fail with what it gave.
	_, _, _ = syscall.RawSyscall6(syscall.SYS_RT_SIGPROCMASK, setmask, uintptr(unsafe.Pointer(&n.mask)), 0, size, 0, 0)
	return int(pid), errno
}

// become confines the newborn process and makes it the program; it never returns. It calls the
// kernel and nothing else: no allocation, no lock, no stack that must grow.
//
//go:norace
//go:nosplit
func (n *newborn) become() {
	step, errno := n.confineNewborn()
	if errno == 0 {
		const setmask, size = 2, 8
		_, _, _ = syscall.RawSyscall6(syscall.SYS_RT_SIGPROCMASK, setmask, uintptr(unsafe.Pointer(&n.mask)), 0, size, 0, 0)
		step = stepExecve
		_, _, errno = syscall.RawSyscall(syscall.SYS_EXECVE, uintptr(unsafe.Pointer(n.program)), uintptr(unsafe.Pointer(n.argv)), uintptr(unsafe.Pointer(n.env)))
	}
	said := [2]uint64{uint64(step), uint64(errno)}
	_, _, _ = syscall.RawSyscall(syscall.SYS_WRITE, uintptr(n.failure), uintptr(unsafe.Pointer(&said)), unsafe.Sizeof(said))
	for {
		_, _, _ = syscall.RawSyscall(syscall.SYS_EXIT_GROUP, failedStatus, 0, 0)
	}
}

// confineNewborn takes away what a newborn must not have, and returns the step that failed with its
// error, 0 for none. The uid comes after what needs root, the filter last because it forbids the rest.
//
//go:norace
//go:nosplit
func (n *newborn) confineNewborn() (step int, errno syscall.Errno) {
	if _, _, errno = syscall.RawSyscall(syscall.SYS_SETSID, 0, 0, 0); errno != 0 {
		return stepSetsid, errno
	}
	if n.confined {
		return 0, 0
	}
	if n.tasks != nil {
		if _, _, errno = syscall.RawSyscall6(syscall.SYS_PRLIMIT64, 0, rlimitTasks, uintptr(unsafe.Pointer(n.tasks)), 0, 0, 0); errno != 0 {
			return stepTasks, errno
		}
	}
	if n.ownProc != nil {
		const here = ^uintptr(99) // AT_FDCWD
		fd, _, errno := syscall.RawSyscall6(syscall.SYS_OPENAT, here, uintptr(unsafe.Pointer(n.ownProc)), oPath|syscall.O_CLOEXEC, 0, 0, 0)
		if errno != 0 {
			return stepOwnProc, errno
		}
		n.ownRule.parent = int32(fd)
		if _, _, errno = syscall.RawSyscall6(sysLandlockAddRule, n.ruleset, landlockPathBeneath, uintptr(unsafe.Pointer(&n.ownRule)), 0, 0, 0); errno != 0 {
			return stepOwnRule, errno
		}
	}
	if n.takesUID {
		if _, _, errno = syscall.RawSyscall(syscall.SYS_SETGROUPS, 0, 0, 0); errno != 0 {
			return stepSetgroups, errno
		}
		if _, _, errno = syscall.RawSyscall(syscall.SYS_SETRESGID, n.uid, n.uid, n.uid); errno != 0 {
			return stepSetresgid, errno
		}
		if _, _, errno = syscall.RawSyscall(syscall.SYS_SETRESUID, n.uid, n.uid, n.uid); errno != 0 {
			return stepSetresuid, errno
		}
	}
	if _, _, errno = syscall.RawSyscall6(syscall.SYS_PRCTL, prSetNoNewPrivs, 1, 0, 0, 0, 0); errno != 0 {
		return stepNoNewPrivs, errno
	}
	// The next owner of the uid sweeps; this shortens what outlives a killed runner.
	if _, _, errno = syscall.RawSyscall6(syscall.SYS_PRCTL, prSetPdeathsig, uintptr(syscall.SIGKILL), 0, 0, 0, 0); errno != 0 {
		return stepPdeathsig, errno
	}
	if _, _, errno = syscall.RawSyscall(syscall.SYS_CHDIR, uintptr(unsafe.Pointer(n.dir)), 0, 0); errno != 0 {
		return stepChdir, errno
	}
	if n.landlock {
		if _, _, errno = syscall.RawSyscall(sysLandlockRestrictSelf, n.ruleset, 0, 0); errno != 0 {
			return stepLandlock, errno
		}
	}
	if n.filter != nil {
		if _, _, errno = syscall.RawSyscall(sysSeccomp, seccompSetModeFilter, 0, uintptr(unsafe.Pointer(n.filter))); errno != 0 {
			return stepSeccomp, errno
		}
	}
	return 0, 0
}
