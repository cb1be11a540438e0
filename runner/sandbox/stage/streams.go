package stage

import "syscall"

// streamsLook is how often a program that talks to another one is examined, in nanoseconds.
const streamsLook = 10_000_000

// streams are the pipes of a program that talks to another one, as the first process of its
// namespace holds them. At the program's end they stay open until all is over; those that it
// closes before are closed here as well, or its partner would never read their end.
type streams struct {
	held  [2]bool // by descriptor
	stale [2]bool // the program did not have it at the last look
}

// newStreams returns those of a program that reads from a pipe; others talk to nobody.
func newStreams() *streams {
	var st syscall.Stat_t
	piped := syscall.Fstat(0, &st) == nil && st.Mode&syscall.S_IFMT == syscall.S_IFIFO
	return &streams{held: [2]bool{piped, piped}}
}

// waiting is how to wait for children: without an end while nothing is to be looked at.
func (s *streams) waiting() int {
	if s.held[0] || s.held[1] {
		return syscall.WNOHANG
	}
	return 0
}

// follow looks at a program that has not ended. What it had closed at the last look already
// is closed, since it was alive then.
func (s *streams) follow(program int) {
	for fd := range s.held {
		if s.held[fd] && s.stale[fd] {
			_ = syscall.Close(fd)
			s.held[fd] = false
		}
		_, err := syscall.Readlink("/proc/"+decimal(program)+"/fd/"+decimal(fd), make([]byte, 1))
		s.stale[fd] = err == syscall.ENOENT
	}
	_ = syscall.Nanosleep(&syscall.Timespec{Nsec: streamsLook}, nil)
}
