package sandbox

import (
	"errors"
	"fmt"
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

// emptyWithin bounds the time in which the processes of a uid must die: on a busy machine,
// processes with much memory take seconds. A process in an uninterruptible wait may take longer;
// its slot is then not used again.
const emptyWithin = 30 * time.Second

var errNotEmpty = errors.New("its processes do not end")

// hasProcesses reports whether the uid has processes, including dead ones that are not reaped.
func hasProcesses(uid int) bool {
	_, err := unix.Getpriority(unix.PRIO_USER, uid)
	return !errors.Is(err, unix.ESRCH)
}

// signalUID sends signal to every process of the uid at once, so that no fork can escape it.
func signalUID(uid, killer int, signal unix.Signal) error {
	var killed error
	err := asUID(uid, killer, func() { killed = unix.Kill(-1, signal) })
	if err == nil && !errors.Is(killed, unix.ESRCH) {
		err = killed
	}
	if err != nil {
		return fmt.Errorf("kill uid %d: %w", uid, err)
	}
	return nil
}

// ofUID returns the processes of the uid among pids, including dead ones. It selects the processes
// that the uid may signal, with one call each. /proc is no help, because it shows an undumpable
// process as root's.
func ofUID(uid, killer int, pids []int) (list []int, err error) {
	if len(pids) == 0 {
		return nil, nil
	}
	self := unix.Getpid()
	err = asUID(uid, killer, func() {
		for _, pid := range pids {
			if pid != self && unix.Kill(pid, 0) == nil { // a process may always signal itself
				list = append(list, pid)
			}
		}
	})
	return list, err
}

// asUID runs f on a thread that temporarily takes the uid. The thread's real uid is the killer's,
// so that the uid's processes cannot signal it, and it signals only them. Its saved uid is 0, so
// that it can return.
func asUID(uid, killer int, f func()) (err error) {
	runtime.LockOSThread()
	defer func() {
		if err == nil {
			runtime.UnlockOSThread() // otherwise the thread ends with its goroutine
		}
	}()
	if err := threadIDs(unix.SYS_SETRESGID, killer, uid, 0); err != nil {
		return err
	}
	if err := threadIDs(unix.SYS_SETRESUID, killer, uid, 0); err != nil {
		return err
	}
	f()
	if err := threadIDs(unix.SYS_SETRESUID, 0, 0, 0); err != nil {
		return err
	}
	return threadIDs(unix.SYS_SETRESGID, 0, 0, 0)
}

// threadIDs changes the ids of the calling thread only.
func threadIDs(call uintptr, real, effective, saved int) error {
	_, _, e := unix.RawSyscall(call, uintptr(real), uintptr(effective), uintptr(saved))
	if e != 0 {
		return e
	}
	return nil
}

// emptyUID kills and reaps processes until the uid has none. It calls reaped for each reaped
// process. It leaves the process first to its own waiter.
func emptyUID(uid, killer, first int, reaped func(unix.Rusage)) error {
	deadline := time.Now().Add(emptyWithin)
	for pause := 50 * time.Microsecond; hasProcesses(uid); pause = min(2*pause, 10*time.Millisecond) {
		if err := signalUID(uid, killer, unix.SIGKILL); err != nil {
			return err
		}
		if time.Now().After(deadline) {
			return errNotEmpty
		}
		time.Sleep(pause)
		if err := reapOrphans(uid, killer, first, reaped); err != nil {
			return err
		}
	}
	return nil
}

// reapOrphans reaps dead processes of the uid that this process adopted. It never reaps others,
// because other code waits for those.
func reapOrphans(uid, killer, first int, reaped func(unix.Rusage)) error {
	theirs, err := ofUID(uid, killer, processes(nil))
	for _, pid := range theirs {
		if pid == first {
			continue
		}
		st, err := readStat(pid)
		if err != nil || st.parent != unix.Getpid() || st.state != 'Z' {
			continue
		}
		reapOne(pid, reaped)
	}
	return err
}

func reapOne(pid int, reaped func(unix.Rusage)) {
	var usage unix.Rusage
	got, err := unix.Wait4(pid, nil, unix.WNOHANG, &usage)
	if err == nil && got == pid {
		reaped(usage)
	}
}
