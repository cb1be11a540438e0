package sandbox

import (
	"context"
	"os/exec"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/grader/grader/schema"
)

func TestParseStat(t *testing.T) {
	t.Parallel()
	line := "42 (a) R 1 (b) Z 7 1 1 0 -1 4 0 0 0 0 11 12 3 4 20 0 1 0 99 0 0"
	got, err := parseStat([]byte(line))
	want := stat{state: 'Z', parent: 7, children: 70 * time.Millisecond, threads: 1, start: 99}
	if err != nil || got != want {
		t.Errorf("%+v, %v", got, err)
	}
	for _, bad := range []string{"", "1 (x", "1 (x) R", "1 (x) R a 1 1 0 -1 4 0 0 0 0 11 12 3 4 20 0 1 0 99"} {
		if _, err := parseStat([]byte(bad)); err == nil {
			t.Errorf("%q was accepted", bad)
		}
	}
}

func TestCgroupFiles(t *testing.T) {
	t.Parallel()
	info := "30 24 0:26 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:9 - cgroup cgroup rw,cpu,cpuacct\n" +
		"31 24 0:27 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n" +
		"32 24 0:28 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\nnonsense\n"
	cpu, memory := hierarchy{"/", "/sys/fs/cgroup/cpu,cpuacct"}, hierarchy{"/", "/sys/fs/cgroup/memory"}
	want := map[string]hierarchy{"rw": memory, "cpu": cpu, "cpuacct": cpu, "memory": memory}
	if diff := cmp.Diff(want, cgroupMounts(info), cmp.AllowUnexported(hierarchy{})); diff != "" {
		t.Error(diff)
	}
	inside := cgroupMounts("88 84 0:32 /docker/0e7b /sys/fs/cgroup/memory ro,nosuid - cgroup cgroup rw,memory\n")
	for group, want := range map[string]string{"/docker/0e7b": "/sys/fs/cgroup/memory", "/docker/0e7b/a": "/sys/fs/cgroup/memory/a", "/docker/other": "", "/": ""} {
		if dir, seen := inside["memory"].shows(group); dir != want || seen != (want != "") {
			t.Errorf("in a container, %s: %q, %v", group, dir, seen)
		}
	}
	if dir, seen := inside["cpu"].shows("/docker/0e7b"); seen {
		t.Errorf("not mounted: %q", dir)
	}
	own := map[string]string{"cpu": "/a:b", "cpuacct": "/a:b", "": "/"}
	if diff := cmp.Diff(own, ownCgroups("4:cpu,cpuacct:/a:b\n0::/\nnonsense\n")); diff != "" {
		t.Error(diff)
	}
}

// TestAloneSeesOtherProcesses checks that other processes on the machine are noticed, so that a
// step does not see them. A process that has ended and waits to be reaped does not count.
func TestAloneSeesOtherProcesses(t *testing.T) {
	before := Alone() // in a container
	other := exec.Command("/bin/sleep", "600")
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	if Alone() {
		t.Error("alone beside a process")
	}
	if err := other.Process.Kill(); err != nil {
		t.Error(err)
	}
	if err := unix.Waitid(unix.P_PID, other.Process.Pid, nil, unix.WEXITED|unix.WNOWAIT, nil); err != nil {
		t.Error(err)
	}
	if Alone() != before {
		t.Errorf("alone: %v, and beside a process that has ended: %v", before, !before)
	}
	_ = other.Wait() // killed
}

func TestSlotsQuarantine(t *testing.T) {
	t.Parallel()
	s := newSlots([]int{1, 2, 3}, 2)
	a, err := s.acquire(t.Context(), 1)
	if err != nil || a.uid != 1 {
		t.Fatalf("%+v, %v", a, err)
	}
	s.quarantine() // the spare one replaces a
	got := map[int]bool{}
	for range 2 {
		b, err := s.acquire(t.Context(), -1)
		if err != nil {
			t.Fatal(err)
		}
		got[b.uid] = true
	}
	if !got[2] || !got[3] {
		t.Errorf("slots %v", got)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.acquire(ctx, -1); err == nil {
		t.Error("acquired a slot that there is not")
	}
	s.quarantine()
	s.quarantine()
	if _, err := s.acquire(t.Context(), -1); schema.CodeOf(err) != schema.CodeInternal {
		t.Errorf("with every slot quarantined: %v", err)
	}
}

func TestMeterKeepsTimeOfVanishedProcesses(t *testing.T) {
	t.Parallel()
	m := newMeter(1, func([]int) []int { return nil })
	m.account(5*time.Second, 0)
	m.account(2*time.Second, 0) // processes with three seconds ended unseen
	m.reaped = time.Second
	m.account(time.Second, time.Second) // one more was reaped
	if got := m.cpu(); got != 5*time.Second {
		t.Errorf("%v", got)
	}
}

func TestLookupIgnoresCurrentDirectory(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"", ".", ":", "relative", ".:relative:", "/nowhere"} {
		if got, found := findProgram(&Step{Argv: []string{"sh"}, Dir: "/bin", Env: []string{"PATH=" + path}}); found {
			t.Errorf("PATH=%q: %s", path, got)
		}
	}
	if got, found := findProgram(&Step{Argv: []string{"sh"}, Env: []string{"PATH=.:/bin"}}); !found || got != "/bin/sh" {
		t.Errorf("%q, %v", got, found)
	}
}
