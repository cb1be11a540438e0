package repo_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/grader/grader/gitd/repo"
)

// TestHoldWaitsForTheWriter holds a repository that a push is writing to. A repository without any
// write has no lock file, and Hold does not create one.
func TestHoldWaitsForTheWriter(t *testing.T) {
	t.Parallel()
	s := newBundle(t)
	dir, err := s.Path(1)
	if err != nil {
		t.Fatal(err)
	}
	a := repo.Archive{Dir: filepath.Dir(filepath.Dir(dir))}
	release, err := a.Hold(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	release()
	if _, err := os.Stat(filepath.Join(dir, "grader.lock")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a lock was made: %v", err)
	}
	lock, err := s.Lock(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	short, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := a.Hold(short, 1); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("held while it is locked: %v", err)
	}
	held := make(chan func())
	go func() {
		release, err := a.Hold(context.Background(), 1)
		if err != nil {
			t.Error(err)
		}
		held <- release
	}()
	if err := lock.Unlock(); err != nil {
		t.Fatal(err)
	}
	release = <-held
	if _, err := s.Lock(short, 1); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("locked while it is held: %v", err)
	}
	release()
	lock, err = s.Lock(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	if err := lock.Unlock(); err != nil {
		t.Error(err)
	}
}
