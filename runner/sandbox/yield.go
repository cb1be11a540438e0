package sandbox

import "golang.org/x/sys/unix"

// yielding is whether the processes of a group run only while nothing else on the machine wants
// the processor.
type yielding bool

// set writes the group's files if the value changes. dir is where the controller of processors
// has the group. Before Linux 5.15 a group cannot be idle; it then gets the least share, which
// is written to file, or the usual one.
func (y *yielding) set(on bool, dir, file, least, usual string) error {
	if bool(*y) == on {
		return nil
	}
	idle, share := "0", usual
	if on {
		idle, share = "1", least
	}
	err := put(dir, "cpu.idle", idle)
	if err != nil {
		err = put(dir, file, share)
	}
	if err == nil {
		*y = yielding(on)
	}
	return err
}

func (g *cgroup) yield(on bool) error {
	dir := g.share
	if dir == "" {
		dir = g.cpu
	}
	return g.yields.set(on, dir, "cpu.shares", "2", "1024")
}

func (u *unified) yield(on bool) error {
	return u.yields.set(on, u.dir, "cpu.weight", "1", "100")
}

// runAsUsual makes the calling thread, and what it starts, run like any other. A runner that
// starts in the background runs last, but its steps do not. Where the runner may not raise its
// priority, it has not lowered it either.
func runAsUsual() error {
	return unix.SchedSetAttr(0, &unix.SchedAttr{Policy: unix.SCHED_NORMAL}, 0)
}
