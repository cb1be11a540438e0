package stage

import (
	"syscall"
	"unsafe"
)

// Serve is the value of Marker for a stage that serves: it starts a process for each request.
const Serve = "serve"

// The descriptors of a stage that serves.
const (
	RequestFD = 3 // a socket that keeps packet boundaries
	RegionFD  = 4 // the memory shared with the runner
)

// Hello is the size of a stage's first message: the address of the region and its process id.
const Hello = 16

// Reply is the size of the answer to a request: the process id, and the error of clone. If the plan
// creates namespaces, the id has no meaning, and a handle is sent with the answer.
const Reply = 16

// server starts processes for the runner. It is a single thread outside Go's runtime that only makes system calls. It
// allocates nothing, so its memory stays small and constant. A process that it starts is a copy of it until execve. A
// small copy matters because the kernel keeps the largest resident set of a process across execve.
type server struct {
	region  unsafe.Pointer
	message syscall.Msghdr
	vector  syscall.Iovec
	request [8]byte
	control [64]byte
	reply   [2]uint64
	failure [2]uint64
	handle  int32
	passing syscall.Msghdr
	answer  syscall.Iovec
	rights  [24]byte // a control message with one descriptor
	streams pipes
	ended   [1 + 4*8]byte
}

// runServer starts the server as this process's sibling, and exits. It returns only if something failed.
func runServer() *Failure {
	region, err := syscall.Mmap(RegionFD, 0, RegionSize, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_SHARED)
	if err != nil {
		return failed("mmap", err)
	}
	if _, _, e := syscall.RawSyscall(sysCloseRange, RegionFD, ^uintptr(0)>>32, 0); e != 0 {
		return failed("close_range", e)
	}
	syscall.CloseOnExec(RequestFD)
	syscall.Umask(0o077)
	resetSignals()
	s := &server{region: unsafe.Pointer(&region[0])}
	s.message = syscall.Msghdr{Iov: &s.vector, Iovlen: 1, Control: &s.control[0]}
	s.passing = syscall.Msghdr{Iov: &s.answer, Iovlen: 1, Control: &s.rights[0]}
	s.answer.Base = (*byte)(unsafe.Pointer(&s.reply))
	s.answer.SetLen(Reply)
	rights := (*syscall.Cmsghdr)(unsafe.Pointer(&s.rights))
	rights.Level, rights.Type = syscall.SOL_SOCKET, syscall.SCM_RIGHTS
	rights.SetLen(syscall.CmsgLen(4))
	growStack()
	pid, errno := s.leaveRuntime()
	if errno != 0 {
		return failed("clone", errno)
	}
	hello := putNumber(putNumber(nil, uint64(uintptr(s.region))), uint64(pid))
	if _, err := syscall.Write(RequestFD, hello); err != nil {
		return failed("write", err)
	}
	syscall.Exit(0)
	return nil
}

// growStack makes this goroutine's stack larger than the server needs. The server cannot grow it.
//
//go:noinline
func growStack() byte {
	var room [32 << 10]byte
	for i := range room {
		room[i] = byte(i)
	}
	return room[len(room)/2]
}

// beforeFork and afterFork are the hooks of package syscall around fork. afterFork also clears a pending preemption
// request.
//
//go:linkname beforeFork syscall.runtime_BeforeFork
func beforeFork()

//go:linkname afterFork syscall.runtime_AfterFork
func afterFork()

// leaveRuntime forks the process that serves. The runtime may have requested that this goroutine yield; the next
// function call would notice that. In the copy, which has no scheduler, the goroutine would then block forever. So the
// request is cleared in the copy. No other thread exists there that could set it again.
//
//go:norace
//go:noinline
func (s *server) leaveRuntime() (int, syscall.Errno) {
	all := ^uint64(0)
	if _, _, e := syscall.RawSyscall6(syscall.SYS_RT_SIGPROCMASK, sigSetMask, uintptr(unsafe.Pointer(&all)), 0, sigMaskSize, 0, 0); e != 0 {
		return 0, e
	}
	beforeFork()
	pid, _, errno := syscall.RawSyscall6(syscall.SYS_CLONE, cloneParent|uintptr(syscall.SIGCHLD), 0, 0, 0, 0, 0)
	afterFork() // restores the signal mask, which blocks all signals
	if errno == 0 && pid == 0 {
		s.serve()
	}
	return int(pid), errno
}

// fork makes a process that follows the plan. It blocks all signals until the process executes its
// program.
//
//go:norace
//go:noinline
func (s *server) fork(flags uintptr) (int, syscall.Errno) {
	all := ^uint64(0)
	if _, _, e := syscall.RawSyscall6(syscall.SYS_RT_SIGPROCMASK, sigSetMask, uintptr(unsafe.Pointer(&all)), 0, sigMaskSize, 0, 0); e != 0 {
		return 0, e
	}
	pid, _, errno := syscall.RawSyscall6(syscall.SYS_CLONE, flags, 0, uintptr(unsafe.Pointer(&s.handle)), 0, 0, 0)
	if errno != 0 || pid != 0 {
		return int(pid), errno
	}
	s.follow()
	return 0, 0
}

// serve answers requests until the runner closes the socket; it never returns.
//
//go:norace
func (s *server) serve() {
	var ordinary sigaction
	_, _, _ = syscall.RawSyscall6(syscall.SYS_RT_SIGACTION, uintptr(syscall.SIGURG), uintptr(unsafe.Pointer(&ordinary)), 0, sigMaskSize, 0, 0)
	_, _, _ = syscall.RawSyscall6(syscall.SYS_PRCTL, prSetPdeathsig, uintptr(syscall.SIGKILL), 0, 0, 0, 0)
	for s.receive() {
		s.handle = -1
		pid, errno := s.fork(uintptr((*header)(s.region).flags))
		for i := range s.passed() {
			_, _, _ = syscall.RawSyscall(syscall.SYS_CLOSE, s.descriptor(i), 0, 0)
		}
		s.reply = [2]uint64{uint64(pid), uint64(errno)}
		s.send()
	}
	exit(0)
}

// send answers a request.
//
//go:norace
func (s *server) send() {
	s.passing.SetControllen(0)
	if s.handle >= 0 {
		*(*int32)(unsafe.Pointer(&s.rights[syscall.SizeofCmsghdr])) = s.handle
		s.passing.SetControllen(len(s.rights))
	}
	_, _, _ = syscall.RawSyscall(syscall.SYS_SENDMSG, RequestFD, uintptr(unsafe.Pointer(&s.passing)), syscall.MSG_NOSIGNAL)
	if s.handle >= 0 {
		_, _, _ = syscall.RawSyscall(syscall.SYS_CLOSE, uintptr(s.handle), 0, 0)
	}
}

// receive waits for a request. It returns false once no more will come.
//
//go:norace
func (s *server) receive() bool {
	s.vector.Base = &s.request[0]
	s.vector.SetLen(len(s.request))
	s.message.SetControllen(len(s.control))
	n, _, errno := syscall.RawSyscall(syscall.SYS_RECVMSG, RequestFD, uintptr(unsafe.Pointer(&s.message)), syscall.MSG_CMSG_CLOEXEC)
	return errno == 0 && n > 0
}

// passed returns the number of descriptors that came with the request.
//
//go:norace
func (s *server) passed() int {
	h := (*syscall.Cmsghdr)(unsafe.Pointer(&s.control[0]))
	if uintptr(s.message.Controllen) < unsafe.Sizeof(*h) || h.Type != syscall.SCM_RIGHTS {
		return 0
	}
	return min(int(uintptr(h.Len)-unsafe.Sizeof(*h))/4, passable)
}

//go:norace
func (s *server) descriptor(i int) uintptr {
	at := unsafe.Pointer(&s.control[unsafe.Sizeof(syscall.Cmsghdr{})])
	return uintptr(*(*int32)(unsafe.Add(at, 4*i)))
}

// follow carries out the plan. Its last entry is execve or kindServe, so it never returns.
//
//go:norace
func (s *server) follow() {
	for i := range s.passed() {
		_, _, errno := syscall.RawSyscall(syscall.SYS_DUP3, s.descriptor(i), uintptr(PassedFD+i), syscall.O_CLOEXEC)
		if errno != 0 {
			exit(failedStatus)
		}
	}
	h := (*header)(s.region)
	for i := range h.calls {
		c := (*planCall)(unsafe.Add(s.region, unsafe.Sizeof(header{})+uintptr(i)*unsafe.Sizeof(planCall{})))
		result, errno := s.make(c)
		if errno != 0 && c.lax == 0 {
			s.failure = [2]uint64{i, uint64(errno)}
			break
		}
		if errno == 0 && c.result != 0 {
			*(*uint64)(unsafe.Add(s.region, c.result)) = uint64(result)
		}
	}
	_, _, _ = syscall.RawSyscall(syscall.SYS_WRITE, PassedFailure, uintptr(unsafe.Pointer(&s.failure)), unsafe.Sizeof(s.failure))
	exit(failedStatus)
}

// make carries out one entry of a plan: a system call, or one of the other kinds.
//
//go:norace
func (s *server) make(c *planCall) (uintptr, syscall.Errno) {
	switch c.kind {
	case kindFork:
		pid, _, errno := syscall.RawSyscall6(syscall.SYS_CLONE, uintptr(syscall.SIGCHLD), 0, 0, 0, 0, 0)
		if pid != 0 && errno == 0 {
			s.reap(pid)
		}
		return 0, errno
	case kindHandOver:
		pid, _, errno := syscall.RawSyscall6(syscall.SYS_CLONE, uintptr(syscall.SIGCHLD)|cloneParent, 0, 0, 0, 0, 0)
		if pid != 0 && errno == 0 {
			s.reply[0] = uint64(pid)
			_, _, _ = syscall.RawSyscall(syscall.SYS_WRITE, PassedFailure, uintptr(unsafe.Pointer(&s.reply)), 8)
			exit(0)
		}
		return 0, errno
	case kindServe:
		s.serveInside()
	}
	result, _, errno := syscall.RawSyscall6(uintptr(c.number), uintptr(c.args[0]), uintptr(c.args[1]), uintptr(c.args[2]), uintptr(c.args[3]), uintptr(c.args[4]), uintptr(c.args[5]))
	return result, errno
}

// serveInside serves inside namespaces. The kernel reaps the processes that it starts, because nothing waits
// for them.
//
//go:norace
func (s *server) serveInside() {
	ignore := sigaction{handler: sigIgnore}
	_, _, _ = syscall.RawSyscall6(syscall.SYS_RT_SIGACTION, uintptr(syscall.SIGCHLD), uintptr(unsafe.Pointer(&ignore)), 0, sigMaskSize, 0, 0)
	_, _, _ = syscall.RawSyscall(syscall.SYS_DUP3, PassedRequest, RequestFD, syscall.O_CLOEXEC)
	_, _, _ = syscall.RawSyscall(sysCloseRange, RequestFD+1, ^uintptr(0)>>32, 0)
	s.serve()
}

// exit ends this process.
//
//go:norace
func exit(status uintptr) {
	for {
		_, _, _ = syscall.RawSyscall(syscall.SYS_EXIT_GROUP, status, 0, 0)
	}
}
