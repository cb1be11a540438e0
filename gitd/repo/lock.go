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

// lockName is the file in a repository whose flock is the right to write there.
const lockName = "grader.lock"

// Lock is the exclusive right to write to a repository: a flock that a receive-pack inherits,
// so that it lasts until the last process that could move a ref has ended.
type Lock struct {
	id   int64
	f    *os.File
	next func() // lets the next waiter of this process try
	once sync.Once
}

// Lock waits for a repository's lock. Within this process waiters are woken in turn. A lock
// that a process of an earlier server inherited is polled every few milliseconds, because the
// kernel offers no cancellable wait for a flock. Leftovers of a killed git are removed.
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

// Unlock releases the lock; a process that inherited the descriptor keeps it. It may be called
// twice.
func (l *Lock) Unlock() error {
	var err error
	l.once.Do(func() {
		// Closed, never LOCK_UN, which would release it for the processes that inherited it,
		// too.
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
