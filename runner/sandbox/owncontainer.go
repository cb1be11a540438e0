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
	// TempLink is the target of the link /tmp in a runner's image. A wall in its own container
	// makes TempLink point to a directory.
	TempLink = "/run/grader-tmp"
	// IdleTemp is the target of TempLink while no step uses it.
	IdleTemp = "/var/tmp"
)

// ownContainer is a container that contains only one wall. At level uid, where nothing can be
// mounted, it gives one step at a time what every step has at level namespace. The step has /tmp as
// its own temporary directory. While it is the only step, it also sees all of /proc, where its
// children would otherwise not find themselves. The methods work on nil, which is a machine that is
// not the wall's alone.
type ownContainer struct {
	lock *os.File // locked by one wall of the container

	mu   sync.Mutex
	lent bool
}

// openOwnContainer returns nil if the machine is not a runner's own container, or if the runner
// itself writes below /tmp.
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

// below reports whether path is dir or is below it.
func below(dir, path string) bool {
	return strings.HasPrefix(filepath.Clean(path)+"/", dir+"/")
}

// Alone reports whether this process and its ancestors are the only processes, as in a container of
// its own. Then a step can learn nothing from the command lines of others.
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
		// A process that has ended and was not reaped reveals nothing.
		if st, err := readStat(pid); !family[pid] && err == nil && st.state != 'Z' {
			return false
		}
	}
	return true
}

// lend points /tmp to a step's temporary directory. It returns false while another step uses /tmp.
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

// takeBack ends what lend began.
func (q *ownContainer) takeBack() error {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.lent = false
	return q.point(IdleTemp)
}

// point points /tmp to a directory. /tmp never stops existing meanwhile.
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
