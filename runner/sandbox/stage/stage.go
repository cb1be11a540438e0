package stage

import (
	"errors"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

// failedStatus is the exit status of a stage that could not start its program.
const failedStatus = 125

// Enter returns at once in every process but a stage, where it never returns.
func Enter() {
	if _, staged := syscall.Getenv(Marker); !staged {
		return
	}
	runtime.LockOSThread()
	err := run()
	var f *Failure
	if !errors.As(err, &f) {
		f = &Failure{Call: "read spec", Errno: syscall.EINVAL}
	}
	sayFailed(f)
	syscall.Exit(failedStatus)
}

// run returns only when something failed.
func run() error {
	b, err := readAll(SpecFD)
	if err != nil {
		return failed("read spec", err)
	}
	s, err := Decode(b)
	if err != nil {
		return err
	}
	if err := closeRest(); err != nil {
		return err
	}
	if s.Init {
		return runInit(s)
	}
	if err := confine(s); err != nil {
		return err
	}
	return failed("execve", syscall.Exec(s.Program, s.Argv, s.Env))
}

// closeRest closes every descriptor but the program's three and the answer's.
func closeRest() error {
	if err := syscall.Close(SpecFD); err != nil {
		return failed("close", err)
	}
	syscall.CloseOnExec(StatusFD)
	return failed("close_range", unix.CloseRange(StatusFD+1, ^uint(0), 0))
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

// failed makes a Failure of err, or nil of nil.
func failed(call string, err error) error {
	if err == nil {
		return nil
	}
	errno := syscall.EINVAL
	errors.As(err, &errno)
	return &Failure{Call: call, Errno: errno}
}
