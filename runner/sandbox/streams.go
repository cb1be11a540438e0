package sandbox

import (
	"errors"
	"fmt"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// streams are the pipes of a program that talks to another one. They are held open here until its
// end is known, because its partner must not notice the end earlier: then it is certain which of
// two programs ended first. A pipe that the program closes before its end is closed here as well,
// because its partner would otherwise never read an end of file. At level namespace the first
// process of the namespace does the same (stage.streams).
type streams struct {
	held  [2]*os.File // by descriptor
	stale [2]bool     // the program did not have it at the last check
}

// holdStreams holds the pipes of a step whose standard input and output are pipes.
func holdStreams(s *Step) (*streams, error) {
	if s.Stdout == nil || !isPipe(s.Stdin) || !isPipe(s.Stdout) {
		return &streams{}, nil
	}
	held := &streams{}
	for fd, f := range []*os.File{s.Stdin, s.Stdout} {
		dup, err := unix.FcntlInt(f.Fd(), unix.F_DUPFD_CLOEXEC, 0)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("hold stream: %w", err), held.close())
		}
		held.held[fd] = os.NewFile(uintptr(dup), f.Name())
	}
	return held, nil
}

func isPipe(f *os.File) bool {
	if f == nil {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeNamedPipe != 0
}

// followStreams closes the pipes that the program has closed.
func (p *Process) followStreams() {
	if p.streams == nil || p.streams.held == [2]*os.File{} {
		return
	}
	if st, err := readStat(p.pid); err != nil || st.state == 'Z' {
		return
	}
	p.borrow(func() { p.streams.follow(p.pid) })
}

func (s *streams) follow(pid int) {
	for fd, f := range s.held {
		if f == nil {
			continue
		}
		if s.stale[fd] {
			f.Close()
			s.held[fd] = nil
		}
		_, err := os.Readlink("/proc/" + strconv.Itoa(pid) + "/fd/" + strconv.Itoa(fd))
		s.stale[fd] = errors.Is(err, os.ErrNotExist) && !exits(pid)
	}
}

// exits reports whether a process is ending or has ended. The kernel then removes its memory, and so its
// program, before its files. A process without a file that still has its program has closed the file
// itself.
func exits(pid int) bool {
	_, err := os.Readlink("/proc/" + strconv.Itoa(pid) + "/exe")
	return err != nil
}

// close closes the pipes, which shows the partner the end. It works on nil.
func (s *streams) close() error {
	if s == nil {
		return nil
	}
	var errs []error
	for fd, f := range s.held {
		if f != nil {
			errs = append(errs, f.Close())
			s.held[fd] = nil
		}
	}
	return errors.Join(errs...)
}
