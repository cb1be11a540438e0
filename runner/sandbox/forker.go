package sandbox

import (
	"runtime"
	"syscall"
)

// forker starts processes from one thread that lives as long as the wall: what asks
// to die with its parent dies with the thread that started it.
type forker struct {
	requests chan forkRequest
}

type forkRequest struct {
	path   string
	argv   []string
	attr   *syscall.ProcAttr
	answer chan<- forked
}

type forked struct {
	pid int
	err error
}

func startForker() *forker {
	f := &forker{requests: make(chan forkRequest)}
	go f.serve()
	return f
}

func (f *forker) serve() {
	runtime.LockOSThread()
	for r := range f.requests {
		pid, err := syscall.ForkExec(r.path, r.argv, r.attr)
		r.answer <- forked{pid, err}
	}
}

func (f *forker) start(path string, argv []string, attr *syscall.ProcAttr) (int, error) {
	answer := make(chan forked, 1)
	f.requests <- forkRequest{path, argv, attr, answer}
	got := <-answer
	return got.pid, got.err
}

// stop ends the thread, and with it whatever still asks to die with its parent.
func (f *forker) stop() { close(f.requests) }
