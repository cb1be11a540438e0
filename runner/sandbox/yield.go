package sandbox

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
