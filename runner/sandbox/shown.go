package sandbox

import (
	"fmt"
	"strings"
)

// clearShown removes what earlier steps have left in the step's own /tmp and /dev/shm at the mount
// points of directories for this step. A link there would redirect the mount, and a file would
// prevent the step from starting.
func (p *Process) clearShown() error {
	if len(p.step.Write) == 0 {
		return nil
	}
	for dir, machine := range map[string]string{tempDir: machineTemp, sharedDir: sharedMemory} {
		for name := range p.step.namesBelow(machine) {
			if err := p.step.Write[0].clear(dir, name); err != nil {
				return fmt.Errorf("clear %s/%s: %w", machine, name, err)
			}
		}
	}
	return nil
}

// namesBelow returns the names in a directory of the machine that lead to paths of the step.
func (s *Step) namesBelow(machine string) map[string]bool {
	paths := append([]string{}, s.Read...)
	for _, d := range s.Write {
		paths = append(paths, d.Path())
	}
	names := map[string]bool{}
	for _, path := range paths {
		if rest, is := strings.CutPrefix(path, machine+"/"); is {
			name, _, _ := strings.Cut(rest, "/")
			names[name] = true
		}
	}
	return names
}

// clear removes one name, of any kind, from one of the step's own directories in the scratch. No
// process of the step may be alive.
func (s *Scratch) clear(dir, name string) error {
	fd, err := openDir(int(s.top.Fd()), dir)
	if err != nil {
		return err
	}
	defer closeFD(fd)
	for {
		moved, err := removeName(fd, fd, name, 0, 0)
		if err != nil || !moved {
			return err
		}
	}
}
