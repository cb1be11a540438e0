package sandbox_test

import (
	"errors"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/grader/grader/runner/sandbox"
)

// mayRaise reports whether this process may raise its priority again. It tries on a thread that
// ends afterwards.
func mayRaise() bool {
	may := make(chan bool)
	go func() {
		runtime.LockOSThread() // never unlocked
		down := unix.SchedSetAttr(0, &unix.SchedAttr{Policy: unix.SCHED_IDLE}, 0)
		may <- errors.Join(down, unix.SchedSetAttr(0, &unix.SchedAttr{Policy: unix.SCHED_NORMAL}, 0)) == nil
	}()
	return <-may
}

// setPolicies sets the policy of each of this process's threads.
func setPolicies(t *testing.T, policy uint32) {
	t.Helper()
	for range 3 { // a thread may start another one meanwhile
		threads, err := os.ReadDir("/proc/self/task")
		must(t, err)
		for _, thread := range threads {
			id, err := strconv.Atoi(thread.Name())
			must(t, err)
			if err := unix.SchedSetAttr(id, &unix.SchedAttr{Policy: policy}, 0); err != nil && !errors.Is(err, unix.ESRCH) {
				t.Fatal(err)
			}
		}
	}
}

// TestStepsDoNotRunLast checks that steps run at normal priority even if the runner opened the wall
// at the lowest.
func TestStepsDoNotRunLast(t *testing.T) {
	if !mayRaise() {
		t.Skip("this process may not raise its priority again")
	}
	for _, level := range []sandbox.Level{sandbox.LevelUID, sandbox.LevelNamespace} {
		setPolicies(t, unix.SCHED_IDLE)
		w := openAt(t, level, 1)
		s := newScratch(t, w)
		r := mustRun(t, w, shell(s, "read -r line </proc/self/stat; echo \"$line\""))
		setPolicies(t, unix.SCHED_NORMAL)
		stat := string(r.Stdout)
		fields := strings.Fields(stat[strings.LastIndex(stat, ")")+1:])
		if len(fields) < 39 || fields[41-3] != "0" { // field 41 is the policy (proc_pid_stat(5))
			t.Errorf("%s: %q: not the usual policy", level, stat)
		}
	}
}
