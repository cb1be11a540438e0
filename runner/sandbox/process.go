package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"github.com/grader/grader/runner/sandbox/stage"
)

// Process is a started step.
type Process struct {
	wall *Wall
	step Step
	slot *slot

	pid     int      // of the program, or of bubblewrap; of the stage until the program runs
	initPID int      // of the namespace's first process; 0 if there is none
	init    *os.File // a handle to it
	status  *os.File // the stage's answer
	said    []byte   // the part of the answer that was read so far
	started time.Time
	clock   int64         // the same on the monotonic clock, as Result.Ended
	base    time.Duration // processor time that its process had used before the program began
	starved starvation
	space   int64      // free space in the file system of its first scratch before it ran
	first   chan ended // receives how pid ended

	nextReady time.Time // when to check again whether the step waits for a processor
	tally     *tally
	room      *room // the room in which it runs, if any
	hasTemp   bool  // it uses what only one step of a container can use: see ownContainer
	given     inode // its standard input, which does not count as its file
	streams   *streams

	out, err *capture
	readers  sync.WaitGroup
	pipes    []*os.File

	stopOnce sync.Once
	stop     chan struct{} // closed by Kill
	over     chan struct{} // receives once if an output is too long

	done   chan struct{}
	result Result
	fault  error
}

// ended is the result of wait4 for the first process.
type ended struct {
	status unix.WaitStatus
	usage  unix.Rusage
	err    error
	at     int64 // by the monotonic clock
}

func newProcess(w *Wall, s Step, got *slot) *Process {
	return &Process{
		wall: w, step: s, slot: got, first: make(chan ended, 1), stop: make(chan struct{}),
		over: make(chan struct{}, 1), done: make(chan struct{}), given: inodeOf(s.Stdin),
	}
}

// Kill ends the step and all its processes; Wait then reports Killed.
func (p *Process) Kill() { p.stopOnce.Do(func() { close(p.stop) }) }

// Wait waits until the step and all its processes have ended.
func (p *Process) Wait() (Result, error) {
	<-p.done
	return p.result, p.fault
}

// reapFirst waits for the first process in the background.
func (p *Process) reapFirst() {
	go func() {
		var e ended
		for {
			_, e.err = unix.Wait4(p.pid, &e.status, 0, &e.usage)
			if !errors.Is(e.err, unix.EINTR) {
				break
			}
		}
		e.at = stage.Monotonic()
		p.first <- e
	}()
}

// awaitFirst waits in the background for the first process of a namespace, which is not this
// process's child. It ends only after all other processes of the namespace have ended.
func (p *Process) awaitFirst() {
	go func() {
		handle := []unix.PollFd{{Fd: int32(p.init.Fd()), Events: unix.POLLIN}}
		var e ended
		for {
			_, e.err = unix.Poll(handle, -1)
			if !errors.Is(e.err, unix.EINTR) {
				break
			}
		}
		e.at = stage.Monotonic()
		p.first <- e
	}()
}

func (p *Process) readOutputs(pl *plumbing) {
	each := oneAtATime(p.step.OnOutput)
	p.out, p.err = p.capture(each), p.capture(each)
	p.read(pl.out, p.out)
	p.read(pl.outer, p.err)
}

func (p *Process) capture(each func([]byte)) *capture {
	over := func() {
		select {
		case p.over <- struct{}{}:
		default:
		}
	}
	return &capture{max: orCap(p.step.Limits.Output, capOutput), over: over, each: each}
}

func (p *Process) read(f *os.File, c *capture) {
	if f == nil {
		return
	}
	p.pipes = append(p.pipes, f)
	p.readers.Go(func() { c.readAll(f) })
}

// watch follows the step to its end, and removes its remains.
func (p *Process) watch(ctx context.Context) {
	defer close(p.done)
	defer p.wall.unregister(p)
	m := p.meter()
	why := p.observe(ctx, m)
	summed := m.cpu()
	first, emptied := p.empty(m)
	p.fault = p.close(emptied)
	p.settle(why, first, m, summed)
	p.fault = errors.Join(p.fault, p.giveBack(emptied))
}

// empty ends every process of the step, and returns how the first one ended.
func (p *Process) empty(m *meter) (ended, error) {
	if p.wall.level == LevelNamespace {
		p.endNamespace()
	} else if p.slot.uid < 0 {
		_ = unix.Kill(p.pid, unix.SIGKILL) // ESRCH if it has ended
	}
	// In a room, the namespace ends all processes. The room itself has the same uid.
	if p.slot.uid >= 0 && p.room == nil {
		if err := emptyUID(p.slot.uid, p.wall.block.killer(), p.pid, m.waited); err != nil {
			return ended{}, err
		}
	}
	select {
	case first := <-p.first:
		return first, first.err
	case <-time.After(emptyWithin):
		return ended{}, errNotEmpty
	}
}

// endNamespace kills the first process, which ends the namespace after all its other processes have
// ended. Without a handle, the end of bubblewrap ends the namespace.
func (p *Process) endNamespace() {
	if p.init != nil {
		_ = unix.PidfdSendSignal(int(p.init.Fd()), unix.SIGKILL, nil, 0) // ESRCH if it has ended
		return
	}
	_ = unix.Kill(p.pid, unix.SIGKILL)
}

// close ends the readers. No process can delay them any more.
func (p *Process) close(emptied error) error {
	held := p.streams.close()
	if emptied != nil {
		for _, f := range p.pipes {
			f.Close()
		}
	}
	p.readers.Wait()
	for _, f := range p.pipes {
		f.Close()
	}
	if p.init != nil {
		p.init.Close()
	}
	if p.status != nil {
		_ = p.status.SetReadDeadline(time.Time{}) // the deadline of the start has long passed
		rest, err := io.ReadAll(p.status)
		if err == nil {
			p.said = append(p.said, rest...)
		}
		p.status.Close()
	}
	if emptied != nil {
		return errors.Join(fmt.Errorf("end step: %w", emptied), held)
	}
	return held
}

// giveBack returns the scratch directories and the slot. A slot that is not empty is not used
// again.
func (p *Process) giveBack(emptied error) error {
	err := p.moveOut()
	if emptied != nil {
		p.wall.logger.Error("slot quarantined", "uid", p.slot.uid, "error", emptied)
		if p.room != nil {
			_ = unix.Kill(p.room.pid, unix.SIGKILL) // together with any process that has not ended
		}
		p.wall.slots.quarantine()
		return err
	}
	err = errors.Join(err, releaseAll(p.step.Write))
	p.wall.slots.put(p.slot)
	return err
}

// abandon cleans up after a step that did not start.
func (p *Process) abandon() error {
	if p.pid == 0 && p.init == nil {
		return p.giveBack(nil)
	}
	_, emptied := p.empty(p.meter())
	return errors.Join(p.close(emptied), p.giveBack(emptied))
}

// complaint returns what bubblewrap wrote before it failed.
func (p *Process) complaint() []byte {
	_, emptied := p.empty(p.meter())
	if emptied == nil {
		p.readers.Wait()
	}
	p.first <- ended{err: emptied}
	return append(p.err.bytes(), p.out.bytes()...)
}

// meter returns a meter of the step's resource use.
func (p *Process) meter() *meter {
	m := newMeter(p.pid, p.owned)
	m.list = p.candidates
	m.orphan = func(pid int) {
		if pid != p.pid {
			reapOne(pid, m.waited)
		}
	}
	if p.wall.level == LevelNamespace {
		m.hidden[p.pid], m.hidden[p.initPID] = true, true
		if p.room != nil {
			m.hidden[p.room.pid] = true
		}
		m.mine[childOf(p.initPID)] = true
	}
	return m
}

// candidates appends a list that includes all of the step's processes. The list of a cgroup is much shorter than the
// machine's. It contains no zombies. In a namespace the first process reaps orphans. At level uid, orphaned zombies are
// children of this process, so its children are added.
func (p *Process) candidates(list []int) []int {
	if p.tally == nil {
		return processes(list)
	}
	got, err := p.tally.group.processes(list)
	if err == nil && p.wall.level == LevelUID {
		got, err = appendNumbers(got, "/proc/self/task/"+strconv.Itoa(os.Getpid())+"/children")
	}
	if err != nil { // for example on a kernel without that list of children
		return processes(list)
	}
	return got
}

// owned returns the step's processes among pids. Root selects them by uid. An ordinary user selects
// the descendants of the namespace's first process, because the namespace of an undumpable process
// cannot be read.
func (p *Process) owned(pids []int) (list []int) {
	switch {
	case p.slot.uid >= 0:
		var err error
		if list, err = ofUID(p.slot.uid, p.wall.block.killer(), pids); err != nil {
			p.wall.logger.Error("cannot tell a step's processes", "error", err)
		}
	case p.initPID != 0:
		for _, pid := range pids {
			if descends(pid, p.initPID) {
				list = append(list, pid)
			}
		}
	}
	return list
}

// answer returns the stage's report.
func (p *Process) answer() stage.Answer { return stage.Parse(p.said) }
