package sandbox

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// cgroup is a group of version 1, which can contain single threads. The thread that starts the
// slot's steps is in the group, so every step starts in it. Moving a process into a group would
// cost milliseconds.
type cgroup struct {
	memory string // directories
	cpu    string
	share  string // for the processors, shared with its neighbours; "" if it is the same as cpu or absent
	left   residue
	yields yielding
}

// makeCgroup creates a group below this process's own.
func makeCgroup() (*cgroup, error) {
	mounts, own, err := cgroupPlaces()
	if err != nil {
		return nil, err
	}
	name, err := cgroupName()
	if err != nil {
		return nil, err
	}
	g := &cgroup{}
	for controller, dir := range map[string]*string{"memory": &g.memory, "cpuacct": &g.cpu} {
		group, seen := mounts[controller].shows(own[controller])
		if !seen {
			return nil, errors.Join(errNoCgroup, g.remove())
		}
		made := filepath.Join(group, name)
		removeAbandoned(group)
		if err := os.Mkdir(made, 0o755); err != nil {
			return nil, errors.Join(fmt.Errorf("cgroup: %w", err), g.remove())
		}
		*dir = made
	}
	if group, seen := mounts["cpu"].shows(own["cpu"]); seen && mounts["cpu"] != mounts["cpuacct"] {
		made := filepath.Join(group, name)
		removeAbandoned(group)
		if err := os.Mkdir(made, 0o755); err == nil {
			g.share = made
		}
	}
	return g, nil
}

// dirs returns the existing directories.
func (g *cgroup) dirs() []string {
	return slices.DeleteFunc([]string{g.memory, g.cpu, g.share}, func(dir string) bool { return dir == "" })
}

// cgroupName returns a new name: the prefix, this process's id and start time, and a random text.
func cgroupName() (string, error) {
	pid := os.Getpid()
	is, err := readStat(pid)
	if err != nil {
		return "", fmt.Errorf("cgroup: %w", err)
	}
	return fmt.Sprintf("%s%d-%d-%s", cgroupPrefix, pid, is.start, randomName()), nil
}

// removeAbandoned removes the groups of walls whose process was killed. It cannot remove a group
// that is in use.
func removeAbandoned(dir string) {
	found, err := filepath.Glob(filepath.Join(dir, cgroupPrefix+"*"))
	if err != nil {
		return
	}
	for _, group := range found {
		if !makerRuns(filepath.Base(group)) {
			_ = unix.Rmdir(group)
		}
	}
}

// makerRuns reports whether the process that made a group still runs. Another process may have its
// id by now, but then it has another start time. Names that earlier programs made have no start time.
func makerRuns(name string) bool {
	pid, rest, _ := strings.Cut(strings.TrimPrefix(name, cgroupPrefix), "-")
	started, _, hasStart := strings.Cut(rest, "-")
	n, err := strconv.Atoi(pid)
	if err != nil {
		return false
	}
	is, err := readStat(n)
	if errors.Is(err, os.ErrNotExist) || errors.Is(err, unix.ESRCH) {
		return false
	}
	return err != nil || !hasStart || started == strconv.FormatUint(is.start, 10)
}

// cgroupPlaces returns the mounts of version 1's controllers, and the calling thread's group in
// each.
func cgroupPlaces() (mounts map[string]hierarchy, own map[string]string, err error) {
	info, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return nil, nil, fmt.Errorf("cgroup: %w", err)
	}
	// Not /proc/self: the main thread may be a slot's thread, and in its group.
	groups, err := os.ReadFile("/proc/thread-self/cgroup")
	if err != nil {
		return nil, nil, fmt.Errorf("cgroup: %w", err)
	}
	return cgroupMounts(string(info)), ownCgroups(string(groups)), nil
}

// hierarchy is a mount of a hierarchy of groups, or of a part of it, as in containers.
type hierarchy struct{ root, point string }

// shows returns the directory of a group, or false if the mount does not show it.
func (h hierarchy) shows(group string) (string, bool) {
	below, err := filepath.Rel(h.root, group)
	if h.point == "" || err != nil || below == ".." || strings.HasPrefix(below, "../") {
		return "", false
	}
	return filepath.Join(h.point, below), true
}

// cgroupMounts parses mountinfo: the fourth field is the mounted part, the fifth the mount point,
// and the controllers are among the last options.
func cgroupMounts(info string) map[string]hierarchy {
	mounts := map[string]hierarchy{}
	for line := range strings.Lines(info) {
		head, tail, found := strings.Cut(line, " - cgroup ")
		fields := strings.Fields(head)
		options := strings.Fields(tail)
		if !found || len(fields) < 5 || len(options) < 2 {
			continue
		}
		for controller := range strings.SplitSeq(options[1], ",") {
			mounts[controller] = hierarchy{fields[3], fields[4]}
		}
	}
	return mounts
}

// ownCgroups parses /proc/thread-self/cgroup: number, controllers, path.
func ownCgroups(groups string) map[string]string {
	own := map[string]string{}
	for line := range strings.Lines(groups) {
		fields := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(fields) != 3 {
			continue
		}
		for controller := range strings.SplitSeq(fields[1], ",") {
			own[controller] = fields[2]
		}
	}
	return own
}

// join moves the calling thread, which is locked, into the group.
func (g *cgroup) join() error {
	var errs []error
	for _, dir := range g.dirs() {
		errs = append(errs, put(dir, "tasks", strconv.Itoa(unix.Gettid())))
	}
	return errors.Join(errs...)
}

func (g *cgroup) version() string { return "v1" }

// attach does nothing, because the thread that starts a step is in the group.
func (g *cgroup) attach(*syscall.SysProcAttr) {}

// leave moves the calling thread out of the group and removes the group.
func (g *cgroup) leave() error {
	var errs []error
	for _, dir := range g.dirs() {
		errs = append(errs, put(filepath.Dir(dir), "tasks", strconv.Itoa(unix.Gettid())))
	}
	return errors.Join(append(errs, g.remove())...)
}

func (g *cgroup) begin(memory int64) error {
	limit := "-1"
	if memory > 0 {
		limit = strconv.FormatInt(memory+filesLeft(g.memory)+g.left.settle(g.kernel), 10)
	}
	return put(g.memory, "memory.limit_in_bytes", limit)
}

func (g *cgroup) used() (time.Duration, error) {
	b, err := os.ReadFile(filepath.Join(g.cpu, "cpuacct.usage"))
	if err != nil {
		return 0, fmt.Errorf("cgroup: %w", err)
	}
	n, err := strconv.ParseInt(string(bytes.TrimSpace(b)), 10, 64)
	return time.Duration(n), err
}

func (g *cgroup) kills() (int, error) {
	b, err := os.ReadFile(filepath.Join(g.memory, "memory.oom_control"))
	if err != nil {
		return 0, fmt.Errorf("cgroup: %w", err)
	}
	_, rest, _ := bytes.Cut(b, []byte("oom_kill "))
	return strconv.Atoi(string(bytes.TrimSpace(rest)))
}

func (g *cgroup) processes(list []int) ([]int, error) {
	return appendNumbers(list, filepath.Join(g.memory, "cgroup.procs"))
}

// kernel returns the bytes of kernel memory that are charged to the group.
func (g *cgroup) kernel() int64 {
	b, err := os.ReadFile(filepath.Join(g.memory, "memory.kmem.usage_in_bytes"))
	if err != nil {
		return 0 // the kernel does not count it
	}
	n, err := strconv.ParseInt(string(bytes.TrimSpace(b)), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// filesLeft returns the bytes of files in memory (tmpfs) that are charged to a group, such as
// programs that an earlier step compiled there.
func filesLeft(dir string) int64 {
	stat, err := os.ReadFile(filepath.Join(dir, "memory.stat"))
	if err != nil {
		return 0
	}
	n, err := valueOf(stat, "shmem")
	if err != nil {
		return 0 // the kernel does not count them
	}
	return int64(n)
}

// remove removes the group, which must be empty.
func (g *cgroup) remove() error {
	var errs []error
	for _, dir := range g.dirs() {
		if err := removeEmpty(dir); err != nil {
			errs = append(errs, fmt.Errorf("cgroup: %w", err))
		}
	}
	return errors.Join(errs...)
}

// removeEmpty removes a group. It waits if the group's last process has not ended completely.
func removeEmpty(dir string) error {
	err := unix.Rmdir(dir)
	for deadline := time.Now().Add(emptyWithin); errors.Is(err, unix.EBUSY) && time.Now().Before(deadline); {
		time.Sleep(time.Millisecond)
		err = unix.Rmdir(dir)
	}
	return err
}

// put writes a file of a group. It returns an error if the kernel does not provide the file.
func put(dir, file, value string) error {
	f, err := os.OpenFile(filepath.Join(dir, file), os.O_WRONLY|os.O_TRUNC, 0)
	if err != nil {
		return fmt.Errorf("cgroup: %w", err)
	}
	_, err = f.WriteString(value)
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("cgroup: %w", err)
	}
	return nil
}
