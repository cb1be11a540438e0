package sandbox_test

import (
	"errors"
	"fmt"
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

// setThreads sets the policy and the nice value of each of this process's threads until the test
// ends.
func setThreads(t *testing.T, policy uint32, nice int32) {
	t.Helper()
	was, err := unix.SchedGetAttr(0, 0)
	must(t, err)
	t.Cleanup(func() { must(t, eachThread(was)) })
	must(t, eachThread(&unix.SchedAttr{Policy: unix.SCHED_NORMAL, Nice: nice})) // the kernel ignores Nice with SCHED_IDLE
	must(t, eachThread(&unix.SchedAttr{Policy: policy, Nice: nice}))
}

func eachThread(attr *unix.SchedAttr) error {
	for range 3 { // a thread may start another one meanwhile
		threads, err := os.ReadDir("/proc/self/task")
		if err != nil {
			return err
		}
		for _, thread := range threads {
			id, err := strconv.Atoi(thread.Name())
			if err != nil {
				return err
			}
			if err := unix.SchedSetAttr(id, attr, 0); err != nil && !errors.Is(err, unix.ESRCH) {
				return err
			}
		}
	}
	return nil
}

// TestPriorityOfSteps checks that steps do not inherit SCHED_IDLE from a runner in the background, but
// every other policy and the nice value, which an operator chose.
func TestPriorityOfSteps(t *testing.T) {
	if !mayRaise() {
		t.Skip("this process may not raise its priority again")
	}
	for _, level := range []sandbox.Level{sandbox.LevelUID, sandbox.LevelNamespace} {
		for _, c := range []struct {
			name         string
			policy, want uint32
			nice         int32
		}{
			{"in the background", unix.SCHED_IDLE, unix.SCHED_NORMAL, 0},
			{"in the background, nice", unix.SCHED_IDLE, unix.SCHED_NORMAL, 10},
			{"nice", unix.SCHED_NORMAL, unix.SCHED_NORMAL, 10},
			{"urgent", unix.SCHED_NORMAL, unix.SCHED_NORMAL, -5},
			{"batch", unix.SCHED_BATCH, unix.SCHED_BATCH, 3},
		} {
			t.Run(string(level)+" "+c.name, func(t *testing.T) {
				setThreads(t, c.policy, c.nice)
				w := openAt(t, level, 1)
				s := newScratch(t, w)
				r := mustRun(t, w, shell(s, "read -r line </proc/self/stat; echo \"$line\""))
				stat := string(r.Stdout)
				fields := strings.Fields(stat[strings.LastIndex(stat, ")")+1:])
				// proc_pid_stat(5): field 19 is the nice value, field 41 the policy
				if want := fmt.Sprint(c.nice, " ", c.want); len(fields) < 39 || fields[19-3]+" "+fields[41-3] != want {
					t.Errorf("%q: nice value and policy are not %s", stat, want)
				}
			})
		}
	}
}
