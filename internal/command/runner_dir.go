package command

import (
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// runnerPrefix is the prefix of the names of runners' directories.
const runnerPrefix = "grader-runner-"

// runnerDir is a runner's own directory. The runner holds the lock of the directory while
// it runs, so that the next runner can remove the directories of killed runners.
type runnerDir struct {
	path string
	lock *os.File
}

// makeRunnerDir creates a directory below parent, and removes the directories of killed
// runners.
func makeRunnerDir(parent string) (*runnerDir, error) {
	sweepRunnerDirs(parent)
	for {
		path, err := os.MkdirTemp(parent, runnerPrefix)
		if err != nil {
			return nil, fmt.Errorf("runner's directory: %w", err)
		}
		if err := os.Chmod(path, 0o711); err != nil { // steps must be able to traverse it
			return nil, fmt.Errorf("runner's directory: %w", err)
		}
		d := &runnerDir{path: path}
		if d.lock, err = lockRunnerDir(path, unix.LOCK_EX); err != nil {
			return nil, fmt.Errorf("runner's directory: %w", err)
		}
		// Another runner may have removed the file before it was locked.
		if held, err := d.lock.Stat(); err == nil && isFile(d.lock.Name(), held) {
			return d, nil
		}
		d.lock.Close()
	}
}

func lockRunnerDir(path string, how int) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(path, "lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(f.Fd()), how); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

func isFile(path string, file os.FileInfo) bool {
	there, err := os.Stat(path)
	return err == nil && os.SameFile(there, file)
}

// sweepRunnerDirs removes directories with a lock that nobody holds. It keeps directories
// without a lock file, which are being created or belong to another program.
func sweepRunnerDirs(parent string) {
	locks, err := filepath.Glob(filepath.Join(parent, runnerPrefix+"*", "lock"))
	if err != nil {
		return
	}
	for _, lock := range locks {
		held, err := lockRunnerDir(filepath.Dir(lock), unix.LOCK_EX|unix.LOCK_NB)
		if err != nil {
			continue
		}
		os.RemoveAll(filepath.Dir(lock))
		held.Close()
	}
}

// remove removes the directory and its contents.
func (d *runnerDir) remove() {
	os.RemoveAll(d.path)
	d.lock.Close()
}
