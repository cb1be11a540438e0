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
	// TempLink is the target of /tmp in a runner's image: a link, which the wall in its
	// container points to a directory.
	TempLink = "/run/grader-tmp"
	// IdleTemp is the target of that link while no step has it.
	IdleTemp = "/var/tmp"
)

// ownContainer is a container that one wall has to itself. At level uid, where nothing can be
// mounted, it gives one step at a time what every step has at level namespace: /tmp as its own
// temporary directory, and, while the step is alone, all of /proc, where its children would
// otherwise not find themselves. The methods work on nil, on a machine that others also use.
type ownContainer struct {
	lock *os.File // held by one wall of the container

	mu   sync.Mutex
	lent bool
}

// openOwnContainer returns nil if the machine is not a runner's own, or if the runner itself
// writes below /tmp.
func openOwnContainer(dir string) (*ownContainer, error) {
	target, err := os.Readlink(machineTemp)
	if err != nil || target != TempLink || below(machineTemp, dir) || below(machineTemp, os.TempDir()) || !Alone() {
		return nil, nil // an ordinary machine
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
		return nil, nil // another wall holds it
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

// Alone reports whether the only processes are this one and its ancestors, as in a container of
// its own. Then a step can learn nothing from command lines of others.
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
		// A process that has ended and was not reaped reveals nothing any more.
		if st, err := readStat(pid); !family[pid] && err == nil && st.state != 'Z' {
			return false
		}
	}
	return true
}

// lend points /tmp to a step's temporary directory, or returns false while another step has it.
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

// point points /tmp to a directory. /tmp exists at every moment.
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
