package sandbox

import "golang.org/x/sys/unix"

// yielding reports whether the processes of a group run only while nothing else on the machine
// needs the processor.
type yielding bool

// set writes the group's files if the value changes. dir is the group's directory of the CPU
// controller. Before Linux 5.15 a group cannot be idle; it then gets the least or the usual share,
// which is written to file.
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

// runAsUsual gives the calling thread, and what it starts, the normal policy. The steps of a runner
// that runs in the background must not inherit its policy. A runner that may not raise its priority
// has not lowered it either.
func runAsUsual() error {
	return unix.SchedSetAttr(0, &unix.SchedAttr{Policy: unix.SCHED_NORMAL}, 0)
}
