package runner

import (
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// policies are those of this process's threads. A thread may end while they are read.
func policies(t *testing.T) (idle, normal int) {
	t.Helper()
	threads, err := os.ReadDir("/proc/self/task")
	if err != nil {
		t.Fatal(err)
	}
	for _, thread := range threads {
		id, err := strconv.Atoi(thread.Name())
		if err != nil {
			t.Fatal(err)
		}
		attr, err := unix.SchedGetAttr(id, 0)
		switch {
		case err != nil:
		case attr.Policy == unix.SCHED_IDLE:
			idle++
		default:
			normal++
		}
	}
	return idle, normal
}

// A runner in the background runs last, the programs that it starts do not, and it returns.
func TestPriorityIsTheRunnersAlone(t *testing.T) {
	if !canRaise() {
		t.Skip("this process may not raise its priority again: run as root")
	}
	if idle, _ := policies(t); idle != 0 {
		t.Fatalf("%d threads run last before anything was lowered", idle)
	}
	var p priority
	if err := p.lower(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := p.raise(); err != nil {
			t.Fatal(err)
		}
		if idle, normal := policies(t); idle != 0 || normal == 0 {
			t.Errorf("raised: %d threads run last, %d do not", idle, normal)
		}
	}()
	if idle, _ := policies(t); idle == 0 {
		t.Error("lowered: no thread runs last")
	}
	// The last field but eleven of stat is the policy (proc_pid_stat(5), field 41).
	stat, err := exec.CommandContext(t.Context(), "cat", "/proc/self/stat").Output()
	if err != nil {
		t.Fatal(err)
	}
	fields := strings.Fields(string(stat[strings.LastIndex(string(stat), ")")+1:]))
	if policy := fields[41-3]; policy != strconv.Itoa(unix.SCHED_NORMAL) {
		t.Errorf("a program that it started has policy %s", policy)
	}
}
