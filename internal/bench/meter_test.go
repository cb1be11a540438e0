package main

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestUnifiedGroupIsFoundBesideVersion1(t *testing.T) {
	mounts := "cgroup /sys/fs/cgroup/cpu cgroup rw,cpu 0 0\ncgroup2 /sys/fs/cgroup/unified cgroup2 rw,relatime 0 0\n"
	if got := unifiedMount(mounts); got != "/sys/fs/cgroup/unified" {
		t.Errorf("mount %q", got)
	}
	if got := unifiedGroup("1:cpu:/lead\n0::/user.slice/bench\n"); got != "/user.slice/bench" {
		t.Errorf("group %q", got)
	}
}

func TestOnlyVersion1HasNoUnifiedGroup(t *testing.T) {
	if got := unifiedMount("cgroup /sys/fs/cgroup/cpu cgroup rw,cpu 0 0\n"); got != "" {
		t.Errorf("mount %q", got)
	}
	if got := unifiedGroup("1:cpu:/lead\n"); got != "" {
		t.Errorf("group %q", got)
	}
}

// A process that its parent ignores is not in the kernel's sum of children.
func TestMeterCountsProcessesThatNobodyWaitsFor(t *testing.T) {
	m := newMeter()
	t.Cleanup(func() {
		if err := m.close(); err != nil {
			t.Error(err)
		}
	})
	if m.stat == "" {
		t.Skip("no cgroup of version 2 can be read here")
	}
	const ignored = `trap '' CHLD; perl -e '1 while times < 0.2' & exec perl -e 'use POSIX; waitpid(-1, 0); print "done"'`
	used, out, err := m.costOf(context.Background(), t.TempDir(), "/bin/sh", "-c", ignored)
	if err != nil || string(out) != "done" {
		t.Fatalf("%q %v", out, err)
	}
	if used.cpu < 200*time.Millisecond {
		t.Errorf("%v of processor time, want at least 0.2 s", used.cpu)
	}
}

// TestSandboxesLeaveTheMetersGroup checks the name of the group: sandboxes remove empty groups whose names begin with grader-.
func TestSandboxesLeaveTheMetersGroup(t *testing.T) {
	if strings.HasPrefix(groupPrefix, "grader-") {
		t.Errorf("groups are named %s…", groupPrefix)
	}
	m := newMeter()
	defer func() {
		if err := m.close(); err != nil {
			t.Error(err)
		}
	}()
	if m.group != nil && strings.HasPrefix(filepath.Base(m.group.Name()), "grader-") {
		t.Errorf("the group is %s", m.group.Name())
	}
}

func TestQuantileIsTheNearestRank(t *testing.T) {
	s := sample{4, 1, 3, 2}
	if s.median() != 3 || s.quantile(0.99) != 4 || (sample{}).median() != 0 {
		t.Errorf("median %v, p99 %v, of nothing %v", s.median(), s.quantile(0.99), (sample{}).median())
	}
}
