package sandbox

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"golang.org/x/sys/unix"
)

const (
	machineTemp = "/tmp"
	// TempLink is where /tmp points in a runner's image: to a link that the wall in its container
	// points further.
	TempLink = "/run/grader-tmp"
	// IdleTemp is where that one points while no step has it.
	IdleTemp = "/var/tmp"
)

// ownContainer are a container that a wall has to itself. At level uid, where nobody can mount, one step
// at a time has there what every step has at level namespace: /tmp, which is its own temporary
// directory, and as long as it is alone /proc, where else its children would not find themselves.
// The methods work on nil, on a machine that others use too.
type ownContainer struct {
	lock *os.File // one wall of the container has them

	mu   sync.Mutex
	lent bool
}

// openOwnContainer returns nil where the machine is not a runner's own, or where the runner itself
// writes below /tmp.
func openOwnContainer(dir string) (*ownContainer, error) {
	target, err := os.Readlink(machineTemp)
	if err != nil || target != TempLink || below(machineTemp, dir) || below(machineTemp, os.TempDir()) || !Alone() {
		return nil, nil // a machine like any other
	}
	lock, err := os.OpenFile(TempLink+".lock", os.O_RDWR|os.O_CREATE|unix.O_NOFOLLOW, 0o600)
	if errors.Is(err, unix.EROFS) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("lock /tmp of the container: %w", err)
	}
	if err := unix.Flock(int(lock.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		lock.Close()
		return nil, nil // another wall has them
	}
	q := &ownContainer{lock: lock}
	if err := q.point(IdleTemp); err != nil {
		lock.Close()
		return nil, err
	}
	return q, nil
}

// below reports whether a path is a directory or something in it.
func below(dir, path string) bool {
	return strings.HasPrefix(filepath.Clean(path)+"/", dir+"/")
}

// Alone reports whether there are no processes here but this one and its ancestors, as in a container
// of its own: nobody of whom a step could read how he was started.
func Alone() bool {
	family := map[int]bool{}
	for pid := unix.Getpid(); pid > 0 && !family[pid]; {
		family[pid] = true
		st, err := readStat(pid)
		if err != nil {
			return false
		}
		pid = st.parent
	}
	for _, pid := range processes(nil) {
		// What has ended and was not waited for says nothing any more.
		if st, err := readStat(pid); !family[pid] && err == nil && st.state != 'Z' {
			return false
		}
	}
	return true
}

// lend gives /tmp to a step whose temporary directory that is; false while another has it.
func (q *ownContainer) lend(dir string) (bool, error) {
	if q == nil {
		return false, nil
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.lent {
		return false, nil
	}
	if err := q.point(dir); err != nil {
		return false, err
	}
	q.lent = true
	return true, nil
}

// takeBack ends a loan.
func (q *ownContainer) takeBack() error {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.lent = false
	return q.point(IdleTemp)
}

// point points /tmp to a directory. It never points to nothing.
func (q *ownContainer) point(dir string) error {
	fresh := TempLink + ".new"
	if err := ignoreMissing(unix.Unlink(fresh)); err != nil {
		return fmt.Errorf("point /tmp to a step's: %w", err)
	}
	if err := errors.Join(os.Symlink(dir, fresh), os.Rename(fresh, TempLink)); err != nil {
		return fmt.Errorf("point /tmp to a step's: %w", err)
	}
	return nil
}

func (q *ownContainer) close() error {
	if q == nil {
		return nil
	}
	return q.lock.Close()
}
