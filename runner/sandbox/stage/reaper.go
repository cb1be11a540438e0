package stage

import (
	"syscall"
	"unsafe"
)

// pipes are the pipes of a program that talks to another one, held open by the first process of its namespace.
// After the program's end they stay open until all processes have ended. A pipe that the program closes earlier is
// closed here as well, because its partner would otherwise never read an end of file.
type pipes struct {
	held  [2]bool // by descriptor
	stale [2]bool // the program did not have it at the last check
	path  [40]byte
}

// reap waits for every process of the namespace. Once the program has ended it kills the others, so that wait4 returns
// their processor time too. Then it reports how the program ended and exits, which ends the namespace.
//
//go:norace
func (s *server) reap(program uintptr) {
	_, _, _ = syscall.RawSyscall(syscall.SYS_CLOSE, PassedFailure, 0, 0)
	s.streams.hold()
	var ended, cpu, memory, at uint64
	for {
		var status uint32
		var usage syscall.Rusage
		pid, _, errno := syscall.RawSyscall6(syscall.SYS_WAIT4, ^uintptr(0), uintptr(unsafe.Pointer(&status)), s.streams.waiting(), uintptr(unsafe.Pointer(&usage)), 0, 0)
		if errno == syscall.ECHILD {
			break
		}
		if errno != 0 {
			continue
		}
		if pid == 0 {
			s.streams.follow(program)
			continue
		}
		cpu += uint64(usage.Utime.Nano() + usage.Stime.Nano())
		memory = max(memory, uint64(usage.Maxrss)<<10)
		if pid == program {
			ended, at = uint64(status), uint64(Monotonic()) // before a partner of the program can learn of the end
			_, _, _ = syscall.RawSyscall(syscall.SYS_KILL, ^uintptr(0), uintptr(syscall.SIGKILL), 0)
		}
	}
	s.ended[0] = answerEnded
	for i, n := range [4]uint64{ended, cpu, memory, at} {
		for k := range 8 {
			s.ended[1+8*i+k] = byte(n >> (8 * k))
		}
	}
	_, _, _ = syscall.RawSyscall(syscall.SYS_WRITE, PassedAnswer, uintptr(unsafe.Pointer(&s.ended)), unsafe.Sizeof(s.ended))
	exit(0)
}

// hold marks both pipes as held if the program's input is a pipe. Other programs have no partner.
//
//go:norace
func (t *pipes) hold() {
	var st syscall.Stat_t
	_, _, errno := syscall.RawSyscall(syscall.SYS_FSTAT, PassedIn, uintptr(unsafe.Pointer(&st)), 0)
	piped := errno == 0 && st.Mode&syscall.S_IFMT == syscall.S_IFIFO
	t.held = [2]bool{piped, piped}
}

// waiting returns the options of wait4. It blocks while no pipe has to be checked.
//
//go:norace
func (t *pipes) waiting() uintptr {
	if t.held[0] || t.held[1] {
		return syscall.WNOHANG
	}
	return 0
}

// follow checks a program that has not ended. It closes the pipes that the program had closed at the last check.
//
//go:norace
func (t *pipes) follow(program uintptr) {
	for fd := range t.held {
		if t.held[fd] && t.stale[fd] {
			_, _, _ = syscall.RawSyscall(syscall.SYS_CLOSE, uintptr(PassedIn+fd), 0, 0)
			t.held[fd] = false
		}
		n := t.name(program, "/fd/")
		t.path[n], t.path[n+1] = byte('0'+fd), 0
		t.stale[fd] = t.readlink() == syscall.ENOENT
		if t.stale[fd] {
			// The kernel removes the memory of an ending process, and so its program, before its files. A
			// process without a file that still has its program has closed the file itself.
			n = t.name(program, "/exe")
			t.path[n] = 0
			t.stale[fd] = t.readlink() == 0
		}
	}
	pause := syscall.Timespec{Nsec: streamsLook}
	_, _, _ = syscall.RawSyscall(syscall.SYS_NANOSLEEP, uintptr(unsafe.Pointer(&pause)), 0, 0)
}

// readlink reads the link at path. It returns 0 if there is one.
//
//go:norace
func (t *pipes) readlink() syscall.Errno {
	var one [1]byte
	_, _, errno := syscall.RawSyscall6(syscall.SYS_READLINKAT, ^uintptr(99), uintptr(unsafe.Pointer(&t.path)), uintptr(unsafe.Pointer(&one)), 1, 0, 0)
	return errno
}

// name writes the path of an entry of a process's directory, and returns its length.
//
//go:norace
func (t *pipes) name(process uintptr, entry string) int {
	n := copy(t.path[:], "/proc/")
	digits := 1
	for rest := process / 10; rest > 0; rest /= 10 {
		digits++
	}
	for i := digits - 1; i >= 0; i-- {
		t.path[n+i] = byte('0' + process%10)
		process /= 10
	}
	n += digits
	return n + copy(t.path[n:], entry)
}
