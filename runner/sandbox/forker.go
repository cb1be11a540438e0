package sandbox

import (
	"errors"
	"runtime"
	"slices"
	"syscall"

	"golang.org/x/sys/unix"
)

// forker starts the processes of one slot from one thread that lives as long as the wall. This
// matters because a parent-death signal is sent when the thread that started the process ends, and
// because a process starts in that thread's cgroup and mount namespace.
type forker struct {
	requests chan threadWork
	ended    chan error
	starter  *starter
	room     *room  // only at level namespace
	noRoom   error  // why a room cannot be made
	group    group  // nil if there is none
	failed   error  // why there is none, if grouped is set
	grouped  bool   // whether to make a group
	keep     string // directory that mounts must not cover
	mounts   *mounts
	thread   int
}

// threadWork is a function for the thread to run.
type threadWork struct {
	do   func() error
	done chan<- error
}

// startForker starts the thread. The thread has its own cgroup if that is requested and possible,
// and its own mounts, which do not cover the scratch directories in dir.
func startForker(grouped bool, dir string) *forker {
	f := &forker{grouped: grouped, keep: dir, requests: make(chan threadWork), ended: make(chan error, 1)}
	ready := make(chan struct{})
	go f.run(ready)
	<-ready
	return f
}

// run serves requests on a thread of its own. That must not be the process's first thread: the
// kernel charges a process to the memory group of its first thread, so that it would kill the
// runner when a step reaches its memory limit.
//
// The thread stays locked, because its own mounts make it useless for anything else. It ends with
// its goroutine.
func (f *forker) run(ready chan<- struct{}) {
	runtime.LockOSThread()
	if unix.Gettid() == unix.Getpid() {
		another := make(chan struct{})
		go f.run(another)
		<-another // keep this thread until another one was found
		close(ready)
		runtime.UnlockOSThread()
		return
	}
	_ = runAsUsual()
	if f.grouped {
		f.group, f.failed = makeGroup()
	}
	if unix.Geteuid() == 0 {
		f.mounts, _ = makeMounts(f.keep) // nil if a container lacks the capability: see mounts
	}
	f.thread = unix.Gettid()
	close(ready)
	f.serve()
	f.ended <- f.leave()
}

func (f *forker) serve() {
	for r := range f.requests {
		r.done <- r.do()
	}
}

// do runs a function on the thread.
func (f *forker) do(what func() error) error {
	done := make(chan error, 1)
	f.requests <- threadWork{what, done}
	return <-done
}

// fork starts a process from the thread.
func (f *forker) fork(path string, argv []string, attr *syscall.ProcAttr) (pid int, err error) {
	err = f.do(func() (err error) {
		f.attach(attr.Sys)
		pid, err = syscall.ForkExec(path, argv, attr)
		return err
	})
	return pid, err
}

// attach starts the process of attr in the group.
func (f *forker) attach(attr *syscall.SysProcAttr) {
	if f.group != nil {
		f.group.attach(attr)
	}
}

// roomFor returns a room of the slot that can show the files that a step reads, or nil if no such
// room can be made.
func (f *forker) roomFor(p *Process) *room {
	lacking := f.room.lacks(p.wall.extraReads(&p.step))
	if f.noRoom != nil || f.room != nil && !f.room.dead && len(lacking) == 0 {
		return f.room
	}
	if f.room != nil {
		lacking = slices.Concat(f.room.reads, lacking)
	}
	err := f.leaveRoom()
	if err == nil {
		f.room, err = f.makeRoom(p, lacking)
	}
	if f.noRoom = err; err != nil {
		p.wall.logger.Warn("bubblewrap makes namespaces for every step, which takes longer", "error", err)
	}
	return f.room
}

// makeRoom makes a room. If the stage has ended, makeRoom restarts it once.
func (f *forker) makeRoom(p *Process, reads []string) (*room, error) {
	r, err := f.starter.newRoom(p.wall, p.slot.uid, f.mounts != nil, reads)
	if !errors.Is(err, errStageEnded) {
		return r, err
	}
	err = f.starter.stop()
	f.starter = nil
	if err = errors.Join(err, f.ready(p.wall, "")); err != nil {
		return nil, err
	}
	return f.starter.newRoom(p.wall, p.slot.uid, f.mounts != nil, reads)
}

// leaveRoom ends the slot's room. No step may run in it.
func (f *forker) leaveRoom() error {
	if f.room == nil {
		return nil
	}
	err := f.room.stop()
	f.room = nil
	return err
}

// ready starts the slot's stage if it is not running, opens the files that steps of the wall's
// level may use, and at level uid points /dev/shm to a directory. A stage that was started for one
// level also serves another.
func (f *forker) ready(w *Wall, shared string) error {
	if f.starter != nil && (w.level == LevelNamespace || f.starter.rules != nil) && (f.mounts == nil || shared == "" || f.mounts.shared == shared) {
		return nil
	}
	return f.do(func() (err error) {
		if err := f.mounts.share(shared); err != nil {
			return err
		}
		if f.starter == nil {
			if f.starter, err = newStarter(f.attach); err != nil {
				return err
			}
		}
		if w.level == LevelUID && f.starter.rules == nil {
			f.starter.rules, err = newRulebook(w.abi, alwaysRules(w.toolchain, f.mounts != nil))
		}
		return err
	})
}

// stop ends the thread. No step of the slot may run.
func (f *forker) stop() error {
	err := errors.Join(f.leaveRoom(), f.starter.stop())
	close(f.requests)
	return errors.Join(err, <-f.ended)
}

func (f *forker) leave() error {
	if f.group == nil {
		return nil
	}
	return f.group.leave()
}
