package sandbox

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// unified is a group of version 2, which consists of whole processes. A flag of clone starts a step
// in it, because moving a process would cost milliseconds.
type unified struct {
	dir    string
	file   *os.File // the directory, for clone
	left   residue
	yields yielding
}

// restGroup is the child to which the processes of a delegated group are moved: a group whose
// children have controllers must not have processes itself.
const restGroup = cgroupPrefix + "rest"

// unifiedDir returns the directory of a process's group of version 2, or "" if there is none. The
// mount may show only a part of the hierarchy, as in containers.
func unifiedDir(mountinfo, own string) string {
	group, found := "", false
	for line := range strings.Lines(own) {
		if path, ok := strings.CutPrefix(strings.TrimSpace(line), "0::"); ok {
			group, found = path, true
		}
	}
	for line := range strings.Lines(mountinfo) {
		head, _, isUnified := strings.Cut(line, " - cgroup2 ")
		fields := strings.Fields(head)
		if !found || !isUnified || len(fields) < 5 {
			continue
		}
		if dir, seen := (hierarchy{fields[3], fields[4]}).shows(group); seen {
			return dir
		}
	}
	return ""
}

// makeUnified makes a group below own, the group of this process, with the controllers.
func makeUnified(own string, controllers ...string) (*unified, error) {
	if own == "" {
		return nil, errNoCgroup
	}
	if filepath.Base(own) == restGroup {
		own = filepath.Dir(own)
	}
	removeAbandoned(own)
	if err := enable(own, controllers); err != nil {
		return nil, err
	}
	name, err := cgroupName()
	if err != nil {
		return nil, err
	}
	u := &unified{dir: filepath.Join(own, name)}
	if err := os.Mkdir(u.dir, 0o755); err != nil {
		return nil, fmt.Errorf("cgroup: %w", err)
	}
	if u.file, err = os.Open(u.dir); err != nil {
		return nil, errors.Join(fmt.Errorf("cgroup: %w", err), removeEmpty(u.dir))
	}
	return u, nil
}

// enable enables the controllers for a group's children. The kernel refuses that while the group
// itself has processes. If the group was delegated to this service, they are moved into a child.
func enable(dir string, controllers []string) error {
	have, err1 := os.ReadFile(filepath.Join(dir, "cgroup.controllers"))
	given, err2 := os.ReadFile(filepath.Join(dir, "cgroup.subtree_control"))
	if err := errors.Join(err1, err2); err != nil {
		return fmt.Errorf("cgroup: %w", err)
	}
	missing := lacking(string(given), controllers)
	if len(lacking(string(have), controllers)) > 0 {
		return errNoCgroup
	}
	if len(missing) == 0 {
		return nil
	}
	wanted := "+" + strings.Join(missing, " +")
	err := put(dir, "cgroup.subtree_control", wanted)
	const tries = 5 // other runners of this service may start meanwhile
	for n := 0; n < tries && errors.Is(err, unix.EBUSY) && delegated(dir); n++ {
		if err := makeRoom(dir); err != nil {
			return err
		}
		err = put(dir, "cgroup.subtree_control", wanted)
	}
	return err
}

// lacking returns the controllers that a list does not contain.
func lacking(list string, controllers []string) []string {
	var missing []string
	for _, c := range controllers {
		if !strings.Contains(" "+strings.TrimSpace(list)+" ", " "+c+" ") {
			missing = append(missing, c)
		}
	}
	return missing
}

// delegated reports whether this service may arrange a group: systemd has delegated it, or it is
// the top group that a container sees.
func delegated(dir string) bool {
	buf := make([]byte, 8)
	for _, name := range []string{"user.delegate", "trusted.delegate"} {
		if n, err := unix.Getxattr(dir, name, buf); err == nil && string(buf[:n]) == "1" {
			return true
		}
	}
	var here, above unix.Statfs_t
	return unix.Statfs(dir, &here) == nil && unix.Statfs(filepath.Dir(dir), &above) == nil && here.Fsid != above.Fsid
}

// makeRoom moves a group's processes into a child.
func makeRoom(dir string) error {
	rest := filepath.Join(dir, restGroup)
	if err := os.Mkdir(rest, 0o755); err != nil && !errors.Is(err, os.ErrExist) {
		return fmt.Errorf("cgroup: %w", err)
	}
	list, err := os.ReadFile(filepath.Join(dir, "cgroup.procs"))
	if err != nil {
		return fmt.Errorf("cgroup: %w", err)
	}
	for pid := range strings.FieldsSeq(string(list)) {
		if err := put(rest, "cgroup.procs", pid); err != nil && !errors.Is(err, unix.ESRCH) {
			return err
		}
	}
	return nil
}

func (u *unified) version() string { return "v2" }

func (u *unified) begin(memory int64) error {
	limit := "max"
	if memory > 0 {
		limit = strconv.FormatInt(memory+filesLeft(u.dir)+u.left.settle(u.kernel), 10)
	}
	err := put(u.dir, "memory.max", limit)
	// The file is absent if the kernel does not count swap.
	if swap := put(u.dir, "memory.swap.max", "0"); !errors.Is(swap, os.ErrNotExist) {
		err = errors.Join(err, swap)
	}
	return err
}

// kernel returns the bytes of kernel memory that are charged to the group. Before Linux 5.18, which
// introduced the sum, it returns 0.
func (u *unified) kernel() int64 {
	n, err := u.value("memory.stat", "kernel")
	if err != nil {
		return 0
	}
	return int64(n)
}

func (u *unified) attach(attr *syscall.SysProcAttr) {
	attr.UseCgroupFD, attr.CgroupFD = true, int(u.file.Fd())
}

func (u *unified) used() (time.Duration, error) {
	n, err := u.value("cpu.stat", "usage_usec")
	return time.Duration(n) * time.Microsecond, err
}

func (u *unified) kills() (int, error) { return u.value("memory.events", "oom_kill") }

func (u *unified) processes(list []int) ([]int, error) {
	return appendNumbers(list, filepath.Join(u.dir, "cgroup.procs"))
}

// value returns a number from a file of names and values.
func (u *unified) value(file, name string) (int, error) {
	b, err := os.ReadFile(filepath.Join(u.dir, file))
	if err != nil {
		return 0, fmt.Errorf("cgroup: %w", err)
	}
	return valueOf(b, name)
}

func valueOf(b []byte, name string) (int, error) {
	for line := range bytes.Lines(b) {
		f := bytes.Fields(line)
		if len(f) != 2 || string(f[0]) != name {
			continue
		}
		n, err := strconv.ParseUint(string(f[1]), 10, 64)
		return int(min(n, math.MaxInt64)), err
	}
	return 0, fmt.Errorf("cgroup: there is no %s", name)
}

// leave removes the group. No step may run in it; a remaining process is killed.
func (u *unified) leave() error {
	killed := put(u.dir, "cgroup.kill", "1")
	if errors.Is(killed, os.ErrNotExist) {
		killed = nil // before Linux 5.14
	}
	u.file.Close()
	if err := removeEmpty(u.dir); err != nil {
		return errors.Join(killed, fmt.Errorf("cgroup: %w", err))
	}
	return killed
}
