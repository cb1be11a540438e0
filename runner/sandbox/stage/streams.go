package stage

import "syscall"

// streamsLook is the interval, in nanoseconds, at which a program that talks to another one is
// checked.
const streamsLook = 10_000_000

// streams are the pipes of a program that talks to another one, held open by the first process of
// its namespace. After the program's end they stay open until all processes have ended. A pipe that
// the program closes earlier is closed here as well, because its partner would otherwise never read
// an end of file.
type streams struct {
	held  [2]bool // by descriptor
	stale [2]bool // the program did not have it at the last check
}

// newStreams returns the pipes of a program whose input is a pipe. Other programs have no partner.
func newStreams() *streams {
	var st syscall.Stat_t
	piped := syscall.Fstat(0, &st) == nil && st.Mode&syscall.S_IFMT == syscall.S_IFIFO
	return &streams{held: [2]bool{piped, piped}}
}

// waiting returns the options of wait4. It blocks while no pipe has to be checked.
func (s *streams) waiting() int {
	if s.held[0] || s.held[1] {
		return syscall.WNOHANG
	}
	return 0
}

// follow checks a program that has not ended. It closes the pipes that the program had closed at the
// last check.
func (s *streams) follow(program int) {
	for fd := range s.held {
		if s.held[fd] && s.stale[fd] {
			_ = syscall.Close(fd)
			s.held[fd] = false
		}
		_, err := syscall.Readlink("/proc/"+decimal(program)+"/fd/"+decimal(fd), make([]byte, 1))
		s.stale[fd] = err == syscall.ENOENT && !exits(program)
	}
	_ = syscall.Nanosleep(&syscall.Timespec{Nsec: streamsLook}, nil)
}

// exits reports whether a process is ending. The kernel then removes its memory, and so its program,
// before its files. A process without a file that still has its program has closed the file itself.
func exits(process int) bool {
	_, err := syscall.Readlink("/proc/"+decimal(process)+"/exe", make([]byte, 1))
	return err != nil
}
