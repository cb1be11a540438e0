package sandbox

import (
	"context"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// The watcher checks often at first, when most steps end, and later every slowestLook.
const (
	firstLook   = 3 * time.Millisecond
	slowestLook = 10 * time.Millisecond
	diskLook    = 100 * time.Millisecond
	diskShare   = 20 // checking the disk may take at most one part in so many of the time
)

// cause tells why the watcher stopped.
type cause struct {
	limit  Limit
	killed bool
}

// observe watches until the first process ends or a limit is reached.
func (p *Process) observe(ctx context.Context, m *meter) cause {
	wall := time.NewTimer(orCapDuration(p.step.Limits.Wall, capWall))
	defer wall.Stop()
	m.glance()
	pause := firstLook
	look := time.NewTimer(pause)
	defer look.Stop()
	nextDisk := p.started.Add(diskLook)
	for {
		select {
		case e := <-p.first:
			p.first <- e
			return cause{}
		case <-p.stop:
			return cause{killed: true}
		case <-ctx.Done():
			return cause{killed: true}
		case <-wall.C:
			more := p.extend(m)
			if more <= 0 {
				return cause{limit: LimitWall}
			}
			wall.Reset(more)
		case <-p.over:
			return cause{limit: LimitOutput}
		case <-look.C:
			m.sample()
			p.weigh(m)
			p.lookForReady(m)
			p.followStreams()
			if l := p.exceeded(m); l != "" {
				return cause{limit: l}
			}
			if l := p.lookAtDisk(&nextDisk, m); l != "" {
				return cause{limit: l}
			}
			pause = min(2*pause, slowestLook)
			look.Reset(pause)
		}
	}
}

// exceeded returns the limit that the sums exceed, if any.
func (p *Process) exceeded(m *meter) Limit {
	l := p.step.Limits
	switch {
	case l.CPU > 0 && p.cpu(m) > l.CPU:
		return LimitCPU
	case p.tally.full():
		return p.filled()
	case p.overMemory(m):
		return LimitMemory
	}
	return ""
}

// filled returns the limit that a step reached if its cgroup is full.
func (p *Process) filled() Limit {
	if p.tally.exact() || p.step.Limits.Disk == 0 {
		return LimitMemory
	}
	if used, tooDeep := p.diskUsage(); tooDeep || used > p.step.Limits.Disk {
		return LimitDisk
	}
	return LimitMemory
}

// cpu returns the processor time so far: the cgroup's count if there is one, otherwise the sum.
func (p *Process) cpu(m *meter) time.Duration {
	if used, counted := p.tally.used(); counted {
		return used
	}
	return m.cpu()
}

// lookAtDisk sums the step's files at intervals, including open files without a name.
func (p *Process) lookAtDisk(next *time.Time, m *meter) Limit {
	if p.step.Limits.Disk == 0 || time.Now().Before(*next) {
		return ""
	}
	begun := time.Now()
	used, tooDeep := p.diskUsage()
	var open holdings
	if !tooDeep && used <= p.step.Limits.Disk {
		p.borrow(func() { open = held(m.mine, p.given) })
	}
	used += open.unlinked
	p.result.Disk = max(p.result.Disk, used)
	exceeded := tooDeep || used > p.step.Limits.Disk || p.hides(used, &open, m)
	took := time.Since(begun)
	*next = time.Now().Add(max(diskLook, diskShare*took))
	switch {
	case exceeded:
		return LimitDisk
	case !p.tally.exact() && p.step.Limits.Memory > 0 && open.buffers() > p.step.Limits.Memory:
		return LimitMemory
	}
	return ""
}

// hides reports whether the step holds files that cannot be found (mapped, in transit through a
// socket, or in a process that may not be inspected) and that use much space of the file system.
func (p *Process) hides(used int64, open *holdings, m *meter) bool {
	if len(p.step.Write) == 0 || p.space-p.step.Write[0].space() < used+hiddenShare*p.step.Limits.Disk {
		return false
	}
	if open.closed {
		return true
	}
	hides := false
	p.borrow(func() { hides = open.hidesFiles(m.mine) })
	return hides
}

// borrow runs f with permission to inspect the step's processes. Root in a container without CAP_SYS_PTRACE lacks
// that: f then runs under the step's uid, which may inspect every dumpable process of that uid.
func (p *Process) borrow(f func()) {
	if p.slot.uid < 0 || p.wall.traces {
		f()
		return
	}
	if err := asUID(p.slot.uid, p.wall.block.killer(), f); err != nil {
		p.wall.logger.Error("cannot look into a step's processes", "error", err)
	}
}

// diskUsage sums the bytes in the step's scratch directories. If the step has the machine's
// /dev/shm, at level uid, it adds the step's files there.
func (p *Process) diskUsage() (sum int64, tooDeep bool) {
	for _, s := range p.step.Write {
		used, deep := s.usage()
		sum, tooDeep = sum+used, tooDeep || deep
	}
	if p.sharesMachine() {
		sum += sharedUsage(p.slot.uid)
	}
	return sum, tooDeep
}

// settle writes the result: how the step ended, what it used, and which limit it reached.
//
// Its processor time is the larger of two values that count the same processes: the sum that was
// measured while it ran, and the time reported at its end.
func (p *Process) settle(why cause, first ended, m *meter, summed time.Duration) {
	r := &p.result
	r.Limit = why.limit
	r.Stdout, r.Stderr = p.out.bytes(), p.err.bytes()
	status := first.status
	r.Ended = time.Duration(first.at)
	waited := m.reaped + time.Duration(first.usage.Utime.Nano()+first.usage.Stime.Nano())
	r.Memory = m.peak
	if p.wall.level == LevelNamespace {
		status, waited = p.insideView()
	} else {
		r.Memory = max(r.Memory, first.usage.Maxrss<<10)
	}
	r.CPU = max(0, max(summed, waited)-p.base)
	if used, counted := p.tally.used(); counted {
		r.CPU = max(used, waited-p.base, 0)
	}
	r.Wall = max(0, r.Ended-time.Duration(p.clock))
	p.starved.look(p.started.Add(r.Wall), r.CPU, p.starved.ready)
	left, tooDeep := p.diskUsage()
	r.Disk = max(r.Disk, left)
	if status.Signaled() {
		r.Signal = status.Signal()
	} else {
		r.Exit = status.ExitStatus()
	}
	// A process that ended before it could be killed was not killed.
	r.Killed = why.killed && r.Signal == syscall.SIGKILL
	if r.Limit == "" && !r.Killed {
		r.Limit = p.metAtEnd(tooDeep)
	}
	if r.Limit == "" {
		r.Memory = max(r.Memory, min(leastMemory, orCap(p.step.Limits.Memory, leastMemory)))
	}
}

// insideView returns the report of the namespace's first process. Without a report, the first
// process was killed, and with it everything in the namespace.
func (p *Process) insideView() (status unix.WaitStatus, waited time.Duration) {
	e := p.answer().Ended
	if e == nil {
		return unix.WaitStatus(syscall.SIGKILL), 0
	}
	p.result.Memory, p.result.Ended = max(p.result.Memory, e.Memory), time.Duration(e.At)
	return unix.WaitStatus(e.Status), time.Duration(e.CPU)
}

// metAtEnd returns the limit that a step reached between the last sample and its end, if any.
func (p *Process) metAtEnd(tooDeep bool) Limit {
	r, l := &p.result, p.step.Limits
	switch {
	case l.CPU > 0 && r.CPU > l.CPU:
		return LimitCPU
	case p.tally.full():
		return p.filled()
	case l.Memory > 0 && r.Memory > l.Memory:
		return LimitMemory
	case l.Wall > 0 && r.Wall > l.Wall+p.extra():
		return LimitWall
	case l.Disk > 0 && (tooDeep || r.Disk > l.Disk || r.Signal == unix.SIGXFSZ):
		return LimitDisk
	case l.Output > 0 && (p.out.seen > p.out.max || p.err.seen > p.err.max):
		return LimitOutput
	}
	return ""
}

func orCapDuration(d, otherwise time.Duration) time.Duration {
	if d > 0 {
		return d
	}
	return otherwise
}
