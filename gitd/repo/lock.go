package repo

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// lockName is the name of the lock file in a repository. Whoever holds its flock may write there.
const lockName = "grader.lock"

// Lock is the exclusive right to write to a repository. It is a flock that a receive-pack inherits,
// so it lasts until the last process that could move a ref has ended.
type Lock struct {
	id   int64
	f    *os.File
	next func() // wakes the next waiter of this process
	once sync.Once
}

// Lock waits for a repository's lock. Waiters of this process are woken in turn. If a process of an
// earlier server inherited the lock, it is polled every few milliseconds, because the kernel has no
// cancellable wait for a flock. Lock removes what a killed git left behind.
func (s *Store) Lock(ctx context.Context, id int64) (*Lock, error) {
	dir, err := s.Path(id)
	if err != nil {
		return nil, err
	}
	next, err := s.locks.wait(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("lock of repository %d: %w", id, err)
	}
	f, err := flock(ctx, filepath.Join(dir, lockName))
	if err != nil {
		next()
		return nil, fmt.Errorf("lock of repository %d: %w", id, err)
	}
	if err := clearDebris(dir); err != nil {
		f.Close()
		next()
		return nil, fmt.Errorf("lock of repository %d: %w", id, err)
	}
	return &Lock{id: id, f: f, next: next}, nil
}

// Unlock releases the lock. A process that inherited the descriptor still holds it. Unlock may be
// called twice.
func (l *Lock) Unlock() error {
	var err error
	l.once.Do(func() {
		// The file is closed and not unlocked with LOCK_UN, which would also release the lock for
		// the processes that inherited it.
		err = l.f.Close()
		l.next()
	})
	return err
}

func flock(ctx context.Context, path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	return f, waitFlock(ctx, f)
}

// waitFlock waits for the lock of an open file and closes the file on failure.
func waitFlock(ctx context.Context, f *os.File) error {
	for pause := time.Millisecond; ; pause = min(2*pause, 50*time.Millisecond) {
		err := tryFlock(f)
		if err == nil {
			return nil
		}
		if !errors.Is(err, unix.EWOULDBLOCK) {
			f.Close()
			return err
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			f.Close()
			return context.Cause(ctx)
		}
	}
}

func tryFlock(f *os.File) error {
	for {
		err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if !errors.Is(err, unix.EINTR) {
			return err
		}
	}
}
