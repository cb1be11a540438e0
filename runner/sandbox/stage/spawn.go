package stage

import (
	"syscall"
	"unsafe"
)

// call is a system call with its arguments.
type call struct {
	name   string
	number uintptr
	args   [6]uintptr
	result *int32 // where its result is stored; nil for nowhere
}

// child is a process that becomes the program. Its calls are prepared before it starts, because it
// cannot allocate memory. The last call is execve.
type child struct {
	calls   []call
	keep    []any  // the memory to which the calls point
	mask    uint64 // the signals that are blocked when the program starts
	failure int    // where it reports which call failed
}

// add adds a call.
func (n *child) add(name string, number uintptr, args ...uintptr) *call {
	c := call{name: name, number: number}
	copy(c.args[:], args)
	n.calls = append(n.calls, c)
	return &n.calls[len(n.calls)-1]
}

// text returns the address of a NUL-terminated text.
func (n *child) text(s string) (uintptr, error) {
	p, err := syscall.BytePtrFromString(s)
	n.keep = append(n.keep, p)
	return uintptr(unsafe.Pointer(p)), err
}

// texts returns the address of a list of texts.
func (n *child) texts(list []string) (uintptr, error) {
	p, err := syscall.SlicePtrFromStrings(list)
	if err != nil {
		return 0, err
	}
	n.keep = append(n.keep, p)
	return uintptr(unsafe.Pointer(&p[0])), nil
}

// newChild makes a child from a spec. The child inherits its parent's limits and filter.
func newChild(s *Spec) (*child, error) {
	n := &child{}
	n.add("setsid", syscall.SYS_SETSID)
	program, err1 := n.text(s.Program)
	argv, err2 := n.texts(s.Argv)
	env, err3 := n.texts(s.Env)
	n.add("execve", syscall.SYS_EXECVE, program, argv, env)
	for _, err := range [...]error{err1, err2, err3} {
		if err != nil {
			return nil, err
		}
	}
	return n, nil
}

// spawn starts the program. It returns once the program runs, or with the call that failed; in both
// cases the process exists.
//
// The program must run in a new process: the kernel keeps the largest resident set of a process
// across execve, and vfork, which syscall.ForkExec uses, counts the parent's. A fork copies only
// the pages that this process itself wrote.
func (n *child) spawn(flags uintptr) (pid int, failure *Failure) {
	var pipe [2]int
	if err := syscall.Pipe2(pipe[:], syscall.O_CLOEXEC); err != nil {
		return 0, failed("pipe2", err)
	}
	n.failure = pipe[1]
	pid, errno := n.fork(flags | uintptr(syscall.SIGCHLD))
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
	which, number := r.number(), syscall.Errno(r.number())
	if r.bad { // no failure was reported: the program runs
		return pid, failed("close", syscall.Close(pipe[0]))
	}
	return pid, &Failure{Call: n.calls[min(which, uint64(len(n.calls)-1))].name, Errno: number}
}

// The arguments of rt_sigprocmask.
const (
	sigSetMask  = 2
	sigMaskSize = 8 // bytes
)

// fork makes the process. All signals are blocked until it becomes the program, because the threads
// of the runtime that would handle them exist only in its parent.
//
//go:norace
//go:noinline
func (n *child) fork(flags uintptr) (int, syscall.Errno) {
	all := ^uint64(0)
	if _, _, e := syscall.RawSyscall6(syscall.SYS_RT_SIGPROCMASK, sigSetMask, uintptr(unsafe.Pointer(&all)), uintptr(unsafe.Pointer(&n.mask)), sigMaskSize, 0, 0); e != 0 {
		return 0, e
	}
	pid, _, errno := syscall.RawSyscall6(syscall.SYS_CLONE, flags, 0, 0, 0, 0, 0)
	if errno == 0 && pid == 0 {
		n.become()
	}
	// This call cannot fail with a mask that it returned.
	_, _, _ = syscall.RawSyscall6(syscall.SYS_RT_SIGPROCMASK, sigSetMask, uintptr(unsafe.Pointer(&n.mask)), 0, sigMaskSize, 0, 0)
	return int(pid), errno
}

// become makes the calls, the last of which executes the program; it never returns. It only makes
// system calls: it must not allocate memory, take a lock or grow the stack.
//
//go:norace
//go:nosplit
func (n *child) become() {
	var said [2]uint64
	for i := range n.calls {
		c := &n.calls[i]
		if c.number == syscall.SYS_EXECVE {
			_, _, _ = syscall.RawSyscall6(syscall.SYS_RT_SIGPROCMASK, sigSetMask, uintptr(unsafe.Pointer(&n.mask)), 0, sigMaskSize, 0, 0)
		}
		result, _, errno := syscall.RawSyscall6(c.number, c.args[0], c.args[1], c.args[2], c.args[3], c.args[4], c.args[5])
		if errno != 0 {
			said[0], said[1] = uint64(i), uint64(errno)
			break
		}
		if c.result != nil {
			*c.result = int32(result)
		}
	}
	_, _, _ = syscall.RawSyscall(syscall.SYS_WRITE, uintptr(n.failure), uintptr(unsafe.Pointer(&said)), unsafe.Sizeof(said))
	for {
		_, _, _ = syscall.RawSyscall(syscall.SYS_EXIT_GROUP, failedStatus, 0, 0)
	}
}
