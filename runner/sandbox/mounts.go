package sandbox

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"golang.org/x/sys/unix"
)

// terminalsMax is the maximum number of open pseudo-terminals of one slot's steps. The machine has
// a few thousand (kernel.pty.max), each of which can hold 64 KiB of kernel memory.
const terminalsMax = 16

// hostName is the host name that a step sees.
const hostName = "grader"

// devDir is the directory of devices.
const devDir = "/dev"

// mounts is a /dev that a slot's thread and its processes see instead of the machine's: the
// harmless devices, the slot's own terminals, and the step's shared memory. Nothing else sees it,
// and it ends with the thread. The thread also has its own network without an interface, its own
// IPC objects and its own host name. Only root with CAP_SYS_ADMIN can create these, so they are
// absent in a container with Docker's defaults. The methods work on nil, if there are none.
type mounts struct{ shared string }

// makeMounts gives the calling thread mounts of its own, which never cover the directory keep. The
// thread must be locked and must end with its goroutine, even when this fails.
func makeMounts(keep string) (*mounts, error) {
	keep, err := filepath.EvalSymlinks(keep)
	if err != nil {
		return nil, fmt.Errorf("scratch directories: %w", err)
	}
	if err := unix.Unshare(unix.CLONE_NEWNS | unix.CLONE_NEWNET | unix.CLONE_NEWIPC | unix.CLONE_NEWUTS); err != nil {
		return nil, fmt.Errorf("unshare: %w", err)
	}
	if err := unix.Sethostname([]byte(hostName)); err != nil {
		return nil, fmt.Errorf("host name: %w", err)
	}
	// Later mounts of the machine still appear here, but none of these mounts appear there.
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_SLAVE, ""); err != nil {
		return nil, fmt.Errorf("mount / as a slave: %w", err)
	}
	if below(devDir, keep) {
		return nil, fmt.Errorf("scratch directories are below %s", devDir)
	}
	if err := makeDev(); err != nil {
		return nil, err
	}
	return &mounts{}, nil
}

// makeDev mounts the slot's /dev. It opens the devices before the mount covers them.
func makeDev() (err error) {
	var devices []*os.File
	for _, path := range append(deviceFiles(), terminalDevice) {
		fd, err := unix.Open(path, unix.O_PATH|unix.O_CLOEXEC, 0)
		if err != nil {
			return fmt.Errorf("open %s: %w", path, err)
		}
		f := os.NewFile(uintptr(fd), path)
		defer f.Close()
		devices = append(devices, f)
	}
	if err := unix.Mount("tmpfs", devDir, "tmpfs", unix.MS_NOSUID|unix.MS_NOEXEC, "mode=755,size=64k,nr_inodes=64"); err != nil {
		return fmt.Errorf("mount %s: %w", devDir, err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, unix.Unmount(devDir, unix.MNT_DETACH))
		}
	}()
	for _, f := range devices {
		if err := bindDevice(f); err != nil {
			return err
		}
	}
	return fillDev()
}

// bindDevice mounts an open device at its own path.
func bindDevice(f *os.File) error {
	if err := os.WriteFile(f.Name(), nil, 0o600); err != nil {
		return err
	}
	if err := unix.Mount("/proc/self/fd/"+strconv.Itoa(int(f.Fd())), f.Name(), "", unix.MS_BIND, ""); err != nil {
		return fmt.Errorf("mount %s: %w", f.Name(), err)
	}
	return nil
}

// fillDev creates the other entries of a /dev.
func fillDev() error {
	err := errors.Join(os.Mkdir(terminalsDir, 0o755), os.Mkdir(sharedMemory, 0o755))
	for name, target := range devLinks() {
		err = errors.Join(err, os.Symlink(target, filepath.Join(devDir, name)))
	}
	if err != nil {
		return err
	}
	options := fmt.Sprintf("newinstance,ptmxmode=0666,mode=620,max=%d", terminalsMax)
	if err := unix.Mount("devpts", terminalsDir, "devpts", unix.MS_NOSUID|unix.MS_NOEXEC, options); err != nil {
		return fmt.Errorf("mount %s: %w", terminalsDir, err)
	}
	return nil
}

// devLinks returns the links of a /dev, by name.
func devLinks() map[string]string {
	return map[string]string{
		"fd": "/proc/self/fd", "stdin": "/proc/self/fd/0", "stdout": "/proc/self/fd/1", "stderr": "/proc/self/fd/2", "ptmx": "pts/ptmx",
	}
}

// share points /dev/shm to a directory, at level uid.
func (m *mounts) share(dir string) error {
	if m == nil || dir == "" || dir == m.shared {
		return nil
	}
	if m.shared == "" {
		if err := os.Remove(sharedMemory); err != nil {
			return err
		}
	}
	fresh := sharedMemory + ".new"
	if err := errors.Join(os.Symlink(dir, fresh), os.Rename(fresh, sharedMemory)); err != nil {
		return err
	}
	m.shared = dir
	return nil
}
