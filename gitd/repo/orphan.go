package repo

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// EndOrphan kills the git that an earlier server left in a repository, and every process that git
// started. group is the process group of the push's intent, 0 if it has none. Process ids are
// reused, so EndOrphan only kills a process that holds this repository's lock open and whose group
// is led by a git receive-pack of this repository or has lost its leader. It returns when no such
// process is left.
func (s *Store) EndOrphan(ctx context.Context, id int64, group int) error {
	dir, err := s.Path(id)
	if err != nil {
		return err
	}
	lock, err := os.Stat(filepath.Join(dir, lockName))
	if os.IsNotExist(err) {
		return nil // nobody ever wrote to it
	}
	if err != nil {
		return fmt.Errorf("end orphan of repository %d: %w", id, err)
	}
	o := orphans{dir: dir, lock: lock, group: group}
	if group == 0 {
		if o.group = o.findGroup(); o.group == 0 {
			return nil
		}
	}
	for {
		left, err := o.sweep()
		if err != nil {
			return fmt.Errorf("end orphan of repository %d: %w", id, err)
		}
		if left == 0 {
			return nil
		}
		select {
		case <-time.After(2 * time.Millisecond):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// orphans finds the processes that inherited one repository's lock.
type orphans struct {
	dir   string
	lock  os.FileInfo
	group int
}

// sweep kills every such process once and returns how many it found.
func (o orphans) sweep() (int, error) {
	pids, err := processes()
	if err != nil {
		return 0, err
	}
	found := 0
	for _, pid := range pids {
		if o.kill(pid) {
			found++
		}
	}
	return found, nil
}

// findGroup returns the group of a receive-pack that holds the lock, 0 for none.
func (o orphans) findGroup() int {
	pids, err := processes()
	if err != nil {
		return 0
	}
	for _, pid := range pids {
		if group, ok := groupOf(pid); ok && group == pid && o.leader(pid) == receiving && o.holdsLock(pid) {
			return group
		}
	}
	return 0
}

// processes returns the ids of the machine's processes except this one.
func processes() ([]int, error) {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil, err
	}
	var pids []int
	for _, entry := range entries {
		if pid, err := strconv.Atoi(entry.Name()); err == nil && pid != os.Getpid() {
			pids = append(pids, pid)
		}
	}
	return pids, nil
}

// kill kills a process if it inherited the lock. It opens a descriptor for the process before it
// checks it, so that it kills the process that it checked.
func (o orphans) kill(pid int) bool {
	fd, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		return false
	}
	defer unix.Close(fd) //nolint:errcheck // nothing was written
	group, ok := groupOf(pid)
	if !ok || group != o.group || o.leader(group) == stranger || !o.holdsLock(pid) {
		return false
	}
	return unix.PidfdSendSignal(fd, unix.SIGKILL, nil, 0) == nil
}

// groupOf returns the process group of a living process. In the stat file the group is the third
// field after the name, which may contain any character, even a parenthesis.
func groupOf(pid int) (int, bool) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, false
	}
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	if len(fields) < 3 || fields[0] == "Z" {
		return 0, false
	}
	group, err := strconv.Atoi(fields[2])
	return group, err == nil
}

func (o orphans) holdsLock(pid int) bool {
	dir := fmt.Sprintf("/proc/%d/fd", pid)
	entries, err := os.ReadDir(dir)
	if err != nil {
		return false
	}
	for _, entry := range entries {
		if info, err := os.Stat(filepath.Join(dir, entry.Name())); err == nil && os.SameFile(info, o.lock) {
			return true
		}
	}
	return false
}

// leaderKind classifies the leader of a process group.
type leaderKind int

const (
	gone leaderKind = iota
	receiving
	stranger
)

func (o orphans) leader(pid int) leaderKind {
	line, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	if err != nil || len(line) == 0 {
		return gone
	}
	args := strings.Split(strings.TrimSuffix(string(line), "\x00"), "\x00")
	if len(args) >= 3 && args[1] == "receive-pack" && args[len(args)-1] == o.dir {
		return receiving
	}
	return stranger
}
