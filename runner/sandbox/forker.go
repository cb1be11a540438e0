package sandbox

import (
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

// forker starts the processes of one slot from one thread that lives as long as the
// wall: what asks to die with its parent dies with the thread that started it, and a
// process is born into its thread's cgroup and mount namespace.
type forker struct {
	requests chan forkRequest
	ended    chan error
	group    group  // nil where there is none
	failed   error  // why there is none, where one was wanted
	grouped  bool   // make one
	keep     string // directory that mounts must not cover
	mounts   *mounts
	thread   int
}

// forkRequest is a process to start.
type forkRequest struct {
	path   string
	argv   []string
	attr   *syscall.ProcAttr
	shared string // directory that it sees as /dev/shm, where that can be had
	answer chan<- forked
}

type forked struct {
	pid int
	err error
}

// startForker starts the thread, with a cgroup of its own if that is wanted and can be made, and
// mounts of its own that leave the scratch directories in dir to be seen.
func startForker(grouped bool, dir string) *forker {
	f := &forker{grouped: grouped, keep: dir, requests: make(chan forkRequest), ended: make(chan error, 1)}
	ready := make(chan struct{})
	go f.run(ready)
	<-ready
	return f
}

// run serves on a thread of its own. That is never the process's first thread: the
// kernel takes a process for a member of the memory group that its first thread is in,
// so a step at its memory limit would have the runner killed in its place.
//
// The thread stays locked: with mounts of its own it is of no use for anything else, and it ends
// with its goroutine.
func (f *forker) run(ready chan<- struct{}) {
	runtime.LockOSThread()
	if unix.Gettid() == unix.Getpid() {
		another := make(chan struct{})
		go f.run(another)
		<-another // this thread is held until another has been taken
		close(ready)
		runtime.UnlockOSThread()
		return
	}
	if f.grouped {
		f.group, f.failed = makeGroup()
	}
	if unix.Geteuid() == 0 {
		f.mounts, _ = makeMounts(f.keep) // nil where a container has not the right: see mounts
	}
	f.thread = unix.Gettid()
	close(ready)
	f.serve()
	f.ended <- f.leave()
}

func (f *forker) serve() {
	for r := range f.requests {
		pid, err := f.fork(&r)
		r.answer <- forked{pid, err}
	}
}

func (f *forker) fork(r *forkRequest) (int, error) {
	if err := f.mounts.share(r.shared); err != nil {
		return 0, err
	}
	if f.group != nil {
		f.group.attach(r.attr.Sys)
	}
	return syscall.ForkExec(r.path, r.argv, r.attr)
}

// start starts the process that is requested.
func (f *forker) start(r forkRequest) (int, error) {
	answer := make(chan forked, 1)
	r.answer = answer
	f.requests <- r
	got := <-answer
	return got.pid, got.err
}

// stop ends the service, once no step of the slot runs.
func (f *forker) stop() error {
	close(f.requests)
	return <-f.ended
}

func (f *forker) leave() error {
	if f.group == nil {
		return nil
	}
	return f.group.leave()
}
