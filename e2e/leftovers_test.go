package e2e

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// debris returns the leftovers of a stopped server: temporary directories, and processes
// that use its directories.
func debris(temp, data string) []string {
	var left []string
	if found, err := filepath.Glob(filepath.Join(temp, "*")); err == nil {
		left = append(left, found...)
	}
	procs, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		return append(left, err.Error())
	}
	for _, proc := range procs {
		if proc != fmt.Sprintf("/proc/%d", os.Getpid()) && (touches(proc, temp) || touches(proc, data)) {
			line, _ := os.ReadFile(proc + "/cmdline") // the process may have ended
			left = append(left, proc+": "+strings.ReplaceAll(string(line), "\x00", " "))
		}
	}
	return left
}

// touches reports whether a process has a directory as its working directory, in its arguments or
// in its environment.
func touches(proc, dir string) bool {
	if cwd, err := os.Readlink(proc + "/cwd"); err == nil && strings.HasPrefix(cwd, dir) {
		return true
	}
	for _, file := range []string{"cmdline", "environ"} {
		if text, err := os.ReadFile(filepath.Join(proc, file)); err == nil && strings.Contains(string(text), dir) {
			return true
		}
	}
	return false
}

// groupsOf returns the control groups that exited processes created for their steps. The
// names contain the process id of the creator.
func groupsOf(pids []int) []string {
	var left []string
	_ = filepath.WalkDir("/sys/fs/cgroup", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return nil // other groups may disappear during the walk
		}
		maker, _, _ := strings.Cut(strings.TrimPrefix(entry.Name(), "grader-"), "-")
		if pid, err := strconv.Atoi(maker); err == nil && strings.HasPrefix(entry.Name(), "grader-") && slices.Contains(pids, pid) {
			left = append(left, path)
		}
		return nil
	})
	return left
}
