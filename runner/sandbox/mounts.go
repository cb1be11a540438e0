package sandbox

import (
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// terminalsMax is how many pseudo-terminals the steps of one slot can have open. The machine has
// some thousand (kernel.pty.max), each of which can hold 64 KiB of the kernel's memory.
const terminalsMax = 16

// hostName is what a step has this machine's name for.
const hostName = "grader"

// Where programs look for terminals.
const (
	terminalsDir   = "/dev/pts"
	terminalMaker  = "/dev/ptmx"
	terminalDevice = "/dev/tty" // a process's own
)

// mounts are what a slot's thread and the processes that it starts see in place of the machine's
// own /dev/pts and /dev/shm. Nobody else sees them, and they are gone with the thread. Its network,
// without an interface, its IPC objects and its host name are its own too. Only root with
// CAP_SYS_ADMIN can make all that, so not in a container as Docker makes it. The methods work
// on nil, where there are none.
type mounts struct {
	terminals bool // /dev/pts has terminalsMax of its own
	shares    bool // /dev/shm can be replaced
	shared    bool // it is
}

// makeMounts gives the calling thread mounts of its own, which never cover the directory keep. The
// thread must be locked and must end with its goroutine, even when this fails.
func makeMounts(keep string) (*mounts, error) {
	if err := unix.Unshare(unix.CLONE_NEWNS | unix.CLONE_NEWNET | unix.CLONE_NEWIPC | unix.CLONE_NEWUTS); err != nil {
		return nil, fmt.Errorf("unshare: %w", err)
	}
	if err := unix.Sethostname([]byte(hostName)); err != nil {
		return nil, fmt.Errorf("host name: %w", err)
	}
	// What the machine mounts later still shows here, and nothing of this shows there.
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_SLAVE, ""); err != nil {
		return nil, fmt.Errorf("mount / as a slave: %w", err)
	}
	m := &mounts{}
	options := fmt.Sprintf("newinstance,ptmxmode=0666,mode=620,max=%d", terminalsMax)
	m.terminals = unix.Mount("devpts", terminalsDir, "devpts", unix.MS_NOSUID|unix.MS_NOEXEC, options) == nil
	keep, err := filepath.EvalSymlinks(keep)
	if err != nil {
		return nil, fmt.Errorf("scratch directories: %w", err)
	}
	info, err := os.Stat(sharedMemory)
	m.shares = err == nil && info.IsDir() && !below(sharedMemory, keep)
	return m, nil
}

// share puts a directory in the place of /dev/shm, and takes the last one away; "" puts none there.
func (m *mounts) share(dir string) error {
	if m == nil || !m.shares {
		return nil
	}
	if m.shared {
		if err := unix.Unmount(sharedMemory, unix.MNT_DETACH); err != nil {
			return fmt.Errorf("unmount %s: %w", sharedMemory, err)
		}
		m.shared = false
	}
	if dir == "" {
		return nil
	}
	if err := unix.Mount(dir, sharedMemory, "", unix.MS_BIND, ""); err != nil {
		return fmt.Errorf("mount %s: %w", sharedMemory, err)
	}
	m.shared = true
	return nil
}

// hasTerminals reports whether steps have terminals.
func (m *mounts) hasTerminals() bool { return m != nil && m.terminals }

// canShare reports whether a step can have /dev/shm to itself.
func (m *mounts) canShare() bool { return m != nil && m.shares }
