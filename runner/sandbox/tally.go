package sandbox

import "time"

// tally is what a cgroup counted of one step; its methods work on nil, where there is
// no cgroup.
type tally struct {
	group group
	cpu   time.Duration // before the step
	kills int
}

// openTally sets the step's memory limit on its slot's cgroup.
func (p *Process) openTally() (*tally, error) {
	g := p.slot.forker.group
	if g == nil {
		return nil, nil
	}
	memory := p.step.Limits.Memory
	if memory > 0 && p.wall.level == LevelNamespace {
		memory += cgroupOverhead
	}
	return &tally{group: g}, g.begin(memory)
}

// begin starts counting, when the program runs.
func (t *tally) begin() (err error) {
	if t == nil {
		return nil
	}
	if t.cpu, err = t.group.used(); err != nil {
		return err
	}
	t.kills, err = t.group.kills()
	return err
}

// used is the step's processor time so far; false when nobody counted.
func (t *tally) used() (time.Duration, bool) {
	if t == nil {
		return 0, false
	}
	now, err := t.group.used()
	return now - t.cpu, err == nil
}

// full reports whether the kernel has killed a process of the step for its memory.
func (t *tally) full() bool {
	if t == nil {
		return false
	}
	kills, err := t.group.kills()
	return err == nil && kills > t.kills
}
