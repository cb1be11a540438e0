package stage

import (
	"runtime"
	"syscall"
)

// failedStatus is the exit status of a stage that could not start its program.
const failedStatus = 125

var _ = enter()

// enter returns at once, except in a stage, where it never returns.
func enter() struct{} {
	what, staged := syscall.Getenv(Marker)
	if !staged {
		return struct{}{}
	}
	runtime.LockOSThread()
	if what == Serve {
		_ = runServer() // the runner notices a failure by the end of the socket
		syscall.Exit(failedStatus)
	}
	err := run()
	sayFailed(err)
	syscall.Exit(failedStatus)
	return struct{}{}
}

// run returns only if something failed.
func run() *Failure {
	b, err := readAll(SpecFD)
	if err != nil {
		return failed("read spec", err)
	}
	s, err := Decode(b)
	if err != nil {
		return failed("decode spec", err)
	}
	if err := takeStreams(); err != nil {
		return err
	}
	if err := closeRest(); err != nil {
		return err
	}
	resetSignals()
	return runInit(s)
}

// takeStreams moves the program's input and output to the usual descriptors. They were passed on
// others because bubblewrap, which stays, would hold the usual ones open.
func takeStreams() *Failure {
	if err := syscall.Dup3(InputFD, 0, 0); err != nil {
		return failed("dup3", err)
	}
	return failed("dup3", syscall.Dup3(OutputFD, 1, 0))
}

// closeRest closes every descriptor except the program's three and the answer's.
func closeRest() *Failure {
	if err := syscall.Close(SpecFD); err != nil {
		return failed("close", err)
	}
	syscall.CloseOnExec(StatusFD)
	if _, _, e := syscall.RawSyscall(sysCloseRange, StatusFD+1, ^uintptr(0)>>32, 0); e != 0 {
		return failed("close_range", e)
	}
	return nil
}

func readAll(fd int) ([]byte, error) {
	var all []byte
	buf := make([]byte, 64<<10)
	for {
		n, err := syscall.Read(fd, buf)
		if err == syscall.EINTR {
			continue
		}
		if err != nil || n == 0 {
			return all, err
		}
		all = append(all, buf[:n]...)
	}
}

// failed returns err as a Failure, or nil.
func failed(call string, err error) *Failure {
	if err == nil {
		return nil
	}
	errno, known := err.(syscall.Errno) //nolint:errorlint // package syscall wraps nothing
	if !known {
		errno = syscall.EINVAL
	}
	return &Failure{Call: call, Errno: errno}
}
