package sandbox

import (
	"errors"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestUnifiedGroupIsFound(t *testing.T) {
	t.Parallel()
	const (
		plain     = "24 30 0:22 / /sys rw - sysfs sysfs rw\n35 24 0:30 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate,memory_recursiveprot\n"
		container = "700 690 0:30 /docker/4f1c /sys/fs/cgroup ro - cgroup2 cgroup rw\n"
		hybrid    = "36 24 0:31 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n35 24 0:30 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n"
	)
	for _, c := range []struct{ name, info, own, want string }{
		{"a service of systemd's", plain, "0::/system.slice/grader.service\n", "/sys/fs/cgroup/system.slice/grader.service"},
		{"a container with a namespace of its own", plain, "0::/\n", "/sys/fs/cgroup"},
		{"a container that sees the machine's", container, "0::/docker/4f1c\n", "/sys/fs/cgroup"},
		{"a container that sees another's only", container, "0::/docker/9999\n", ""},
		{"outside of what the namespace shows", container, "0::/../other\n", ""},
		{"both versions", hybrid, "4:memory:/a\n0::/b\n", "/sys/fs/cgroup/unified/b"},
		{"version 1 alone", "36 24 0:31 / /m rw - cgroup cgroup rw,memory\n", "4:memory:/a\n", ""},
		{"nothing", "", "", ""},
	} {
		if got := unifiedDir(c.info, c.own); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestUnifiedFiles(t *testing.T) {
	t.Parallel()
	stat := []byte("usage_usec 1234567\nuser_usec 1000000\nsystem_usec 234567\nnr_periods 0\n")
	events := []byte("low 0\nhigh 0\nmax 17\noom 2\noom_kill 1\noom_group_kill 0\n")
	if n, err := valueOf(stat, "usage_usec"); n != 1234567 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	if n, err := valueOf(events, "oom_kill"); n != 1 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	for _, bad := range []string{"", "oom_kill\n", "oom_kill x\n", "oom_killer 3\n"} {
		if n, err := valueOf([]byte(bad), "oom_kill"); err == nil {
			t.Errorf("%q: %d", bad, n)
		}
	}
	if got := lacking("cpuset cpu io memory pids\n", []string{"memory", "cpu", "hugetlb", "mem"}); cmp.Diff([]string{"hugetlb", "mem"}, got) != "" {
		t.Errorf("%q", got)
	}
}

// TestUnifiedGroup starts a process in a group of version 2, measures its time, and removes the group with the process in it. It
// does not test memory, because a machine with version 1 cannot have that controller in version 2.
func TestUnifiedGroup(t *testing.T) {
	t.Parallel()
	info, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		t.Fatal(err)
	}
	own, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := makeUnified(unifiedDir(string(info), string(own)), "no-such-controller"); err == nil {
		t.Error("made a group with a controller that there is not")
	}
	u, err := makeUnified(unifiedDir(string(info), string(own)))
	if errors.Is(err, errNoCgroup) || errors.Is(err, os.ErrPermission) || errors.Is(err, syscall.EROFS) {
		t.Skipf("no writable cgroup of version 2: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	attr := &syscall.ProcAttr{Sys: &syscall.SysProcAttr{}}
	u.attach(attr.Sys)
	pid, err := syscall.ForkExec("/bin/sh", []string{"sh", "-c", "while :; do :; done"}, attr)
	if err != nil {
		t.Fatal(err)
	}
	group, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/cgroup")
	if err != nil || !strings.Contains(string(group), u.dir[strings.LastIndexByte(u.dir, '/'):]) {
		t.Errorf("born in %q, %v", group, err)
	}
	const spun = 50 * time.Millisecond
	for used := time.Duration(0); used < spun; {
		if used, err = u.used(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Millisecond)
	}
	if err := u.leave(); err != nil {
		t.Error(err)
	}
	var status syscall.WaitStatus
	if _, err := syscall.Wait4(pid, &status, 0, nil); err != nil || status.Signal() != syscall.SIGKILL {
		t.Errorf("%v, %v", status, err)
	}
	if _, err := os.Stat(u.dir); !os.IsNotExist(err) {
		t.Errorf("the group is still there: %v", err)
	}
}
