package sandbox

import (
	"errors"
	"fmt"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// streams are the pipes of a program that talks to another one, held open here until its end is
// known, so that its partner cannot know before: which of two ended first is then certain. What
// the program closes before its end is closed here as well, or its partner would never read that
// end. At level namespace the first process of the namespace does the same (stage.streams).
type streams struct {
	held  [2]*os.File // by descriptor
	stale [2]bool     // the program did not have it at the last look
}

// holdStreams holds the pipes of a step that reads from one and writes into another.
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

// followStreams closes what the program has closed. What it did not have at the last look it had
// closed, if it has not ended since.
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
		s.stale[fd] = errors.Is(err, os.ErrNotExist)
	}
}

// close lets the partner know of the end. It works on nil.
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
