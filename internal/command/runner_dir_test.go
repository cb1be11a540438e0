package command

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

func TestRunnerDirSweep(t *testing.T) {
	t.Parallel()
	parent := t.TempDir()
	dead, err := makeRunnerDir(parent)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dead.path, "left"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	foreign := filepath.Join(parent, runnerPrefix+"foreign")
	if err := os.Mkdir(foreign, 0o700); err != nil {
		t.Fatal(err)
	}
	alive, err := makeRunnerDir(parent)
	if err != nil {
		t.Fatal(err)
	}
	defer alive.remove()
	if _, err := os.Stat(dead.path); err != nil {
		t.Errorf("a living runner's directory: %v", err)
	}
	// The kernel releases the lock of a killed process. Closing the file is not enough here,
	// because a process that another test starts may hold a copy of the descriptor for a
	// moment.
	if err := unix.Flock(int(dead.lock.Fd()), unix.LOCK_UN); err != nil {
		t.Fatal(err)
	}
	dead.lock.Close()
	next, err := makeRunnerDir(parent)
	if err != nil {
		t.Fatal(err)
	}
	next.remove()
	for path, gone := range map[string]bool{dead.path: true, next.path: true, alive.path: false, foreign: false} {
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) != gone {
			t.Errorf("%s: %v", path, err)
		}
	}
}
