package sandbox

import (
	"fmt"
	"strings"
)

// clearShown removes what earlier steps have left in the step's own /tmp and /dev/shm at the
// places where directories are mounted for this step. A link there would lead the mount
// elsewhere, and a file would prevent the step from starting.
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

// namesBelow are the names in a directory of the machine that lead to what the step is shown.
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

// clear removes one name, of any kind, from one of the directories that a step of the scratch
// sees as its own. No process of the step is alive.
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
