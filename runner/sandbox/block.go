package sandbox

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"golang.org/x/sys/unix"

	"github.com/grader/grader/schema"
)

// The uids of steps. Nothing else on a machine may use them. Every wall has its own block, because
// RLIMIT_NPROC counts per uid across all containers of a host.
const (
	firstUID  = 1_000_000_000
	blockSize = 16
	maxBlock  = 4096
	lockDir   = "/run/lock/grader" // also holds each block's /etc
)

// block is a leased block of uids. Its last uid is for killing and owns no process.
type block struct {
	first int
	lock  *os.File
}

// leaseBlock leases the numbered block, or any free one if the number is 0. A process owns the
// block while it holds the lock on its file; the kernel releases the lock when the process ends.
func leaseBlock(locks string, number int) (*block, error) {
	if err := errors.Join(makeLockDir(locks), makeLockDir(lockDir)); err != nil {
		return nil, fmt.Errorf("uid block: %w", err)
	}
	if number > 0 {
		return lockBlock(locks, number)
	}
	for n := 1; n <= maxBlock; n++ {
		b, err := lockBlock(locks, n)
		if err == nil || !errors.Is(err, unix.EWOULDBLOCK) {
			return b, err
		}
	}
	return nil, schema.Errorf(schema.CodeUnavailable, "all %d blocks of uids are taken on this machine", maxBlock)
}

// makeLockDir creates the directory of locks. It fails if another user created it first, in a
// directory that is world-writable.
func makeLockDir(dir string) error {
	if err := os.MkdirAll(dir, 0o711); err != nil {
		return err
	}
	var st unix.Stat_t
	if err := unix.Lstat(dir, &st); err != nil {
		return err
	}
	if st.Mode&unix.S_IFMT != unix.S_IFDIR || st.Uid != 0 || st.Mode&0o022 != 0 {
		return schema.Errorf(schema.CodeInvalid, "%s is not root's own directory; remove it", dir)
	}
	return os.Chmod(dir, 0o711) // steps traverse it to their /etc
}

func lockBlock(locks string, number int) (*block, error) {
	path := filepath.Join(locks, "block-"+strconv.Itoa(number))
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|unix.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, fmt.Errorf("uid block: %w", err)
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		f.Close()
		return nil, fmt.Errorf("uid block %d: %w", number, err)
	}
	return &block{first: firstUID + (number-1)*blockSize, lock: f}, nil
}

// slots returns the number of steps that a block can run at the same time.
func (b *block) slots() int { return blockSize - 1 }

// uid returns the uid of a slot; slots are numbered from 0.
func (b *block) uid(slot int) int { return b.first + slot }

// killer returns the uid of the thread that kills processes, so that they cannot signal it.
func (b *block) killer() int { return b.first + blockSize - 1 }

// release releases the block for its next owner.
func (b *block) release() error { return b.lock.Close() }
