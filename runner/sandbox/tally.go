package sandbox

import "time"

// tally holds a cgroup's measurements of one step. Its methods work on nil, if there is no cgroup.
type tally struct {
	group group
	cpu   time.Duration // before the step
	kills int
	files bool // the step's files are charged to the cgroup as well
}

// openTally sets the step's memory limit on its slot's cgroup, and whether it runs in the
// background. If no cgroup can do that, the step runs like any other.
func (p *Process) openTally() (*tally, error) {
	g := p.slot.forker.group
	if g == nil {
		return nil, nil
	}
	if err := g.yield(p.step.Background); err != nil && !p.step.Background {
		return nil, err
	}
	t, err := newTally(g, p.cgroupLimit())
	if err != nil {
		return nil, err
	}
	t.files = p.wall.inMemory
	return t, nil
}

// cgroupLimit returns the limit of the step's cgroup, in bytes; 0 is no limit. It is the memory
// limit plus the kernel memory that a step uses besides its own memory, so that the cgroup ends no
// step early.
func (p *Process) cgroupLimit() int64 {
	limit, disk := p.step.Limits.Memory, p.step.Limits.Disk
	if limit == 0 || p.wall.inMemory && disk == 0 {
		return 0
	}
	limit += kernelOverhead
	if p.wall.level == LevelNamespace {
		limit += cgroupOverhead
	} else {
		limit += p.slot.forker.starter.memory
	}
	if p.wall.inMemory {
		limit += disk
	}
	return limit
}

// newTally sets the limit for the next step. It counts kills from here, before the program runs,
// because on a busy machine a kill may happen before this process runs again.
func newTally(g group, memory int64) (t *tally, err error) {
	t = &tally{group: g}
	if err = g.begin(memory); err != nil {
		return nil, err
	}
	t.kills, err = g.kills()
	return t, err
}

// begin starts to measure processor time when the program runs.
func (t *tally) begin() (err error) {
	if t == nil {
		return nil
	}
	t.cpu, err = t.group.used()
	return err
}

// used returns the step's processor time so far, or false if it is not measured.
func (t *tally) used() (time.Duration, bool) {
	if t == nil {
		return 0, false
	}
	now, err := t.group.used()
	return now - t.cpu, err == nil
}

// exact reports whether the cgroup's memory is only the step's. If files are charged to it too, the
// step's own memory is summed, and the cgroup limits both together.
func (t *tally) exact() bool { return t != nil && !t.files }

// full reports whether the kernel has killed a process of the step at the memory limit.
func (t *tally) full() bool {
	if t == nil {
		return false
	}
	kills, err := t.group.kills()
	return err == nil && kills > t.kills
}
