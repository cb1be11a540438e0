package e2e

import (
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The server gets SIGTERM while pushes wait. Each push prints that it is kept and how to
// watch it again. The server exits with status 0, and after the next start every push gets
// its verdict.
func TestStopTellsWaitingPushesToPushAgain(t *testing.T) {
	t.Parallel()
	students := []string{"alice", "bob", "carol", "dave", "eve"}
	c := newClassroom(t, "", students...)
	var waiting []*live
	for _, login := range students {
		c.work(login, waits, "right")
		waiting = append(waiting, c.push(login))
	}
	for _, l := range waiting {
		l.await(leaving)
	}
	if err := c.server.Stop(); err != nil {
		t.Errorf("the server ended with %v", err)
	}
	for _, l := range waiting {
		said, _ := l.end()
		for _, words := range []string{"The server is restarting; your push is kept and will be graded.", "Push again in a moment to watch: nothing is sent twice.", "main -> main"} {
			if !strings.Contains(said, words) {
				t.Errorf("it did not print %q:\n%s", words, said)
			}
		}
	}
	if left := debris(c.temp, c.data); len(left) > 0 {
		t.Errorf("left behind: %s", strings.Join(left, "\n"))
	}
	c.serve()
	c.release()
	for _, login := range students {
		c.watchesAgain(login, "2 / 2")
		c.graded(login, 1)
	}
}

// The server is stopped while it receives a pack. The push is refused and does not delay the
// stop for long.
func TestStopDuringThePack(t *testing.T) {
	t.Parallel()
	c := newClassroom(t, "", "alice")
	c.work("alice", "", "right")
	h := newHold(t)
	l := h.push(c.people["alice"], workTree(c.people["alice"]), "c101/a1", "main")
	eventually(t, "the pack is held", h.held)
	began := time.Now()
	if err := c.server.Stop(); err != nil {
		t.Errorf("the server ended with %v", err)
	}
	if took := time.Since(began); took > 15*time.Second {
		t.Errorf("the stop took %v", took)
	}
	h.letGo()
	if said, status := l.end(); status == 0 || !told(said, "refused: the server is stopping. Push again. Nothing was counted.") {
		t.Errorf("exit status %d:\n%s", status, said)
	}
	c.serve()
	again := c.push("alice")
	again.await("submission 1")
	again.await("2 / 2")
	c.graded("alice", 1)
}

// A runner is killed in the middle of a job. The student reads about it, another runner
// grades the job, and the killed runner's directory is removed.
func TestKilledRunnerIsReplaced(t *testing.T) {
	t.Parallel()
	c := newClassroom(t, "", "alice")
	c.work("alice", waits, "right")
	l := c.push("alice")
	l.await("running on a fresh standard runner")
	killed := c.busyRunner()
	check(t, syscall.Kill(killed, syscall.SIGKILL))
	c.release()
	l.await("the runner was lost, your push waits again:")
	l.await("2 / 2")
	if said, status := l.end(); status != 0 || strings.Count(said, "running on a fresh standard runner") != 2 {
		t.Errorf("exit status %d:\n%s", status, said)
	}
	c.graded("alice", 1)
	led := c.ledger()
	defer led.close()
	if n := led.count(`SELECT attempt FROM jobs WHERE kind = 'grade'`); n != 2 {
		t.Errorf("graded in attempt %d", n)
	}
	eventually(t, "the next runner removes the groups of the killed one", func() bool { return len(groupsOf([]int{killed})) == 0 })
	check(t, c.server.Stop())
	for _, left := range append(debris(c.temp, c.data), groupsOf([]int{killed})...) {
		t.Errorf("left behind: %s", left)
	}
}

// busyRunner returns the process id of the runner that has a running step.
func (c *classroom) busyRunner() int {
	c.t.Helper()
	busy := 0
	eventually(c.t, "a step runs", func() bool {
		for _, pid := range childrenOf(c.server.PID()) {
			if strings.Contains(cmdline(pid), " runner ") && running(pid, "work.sh") {
				busy = pid
			}
		}
		return busy != 0
	})
	return busy
}

// running reports whether the command line of a descendant of a process contains a text.
func running(pid int, what string) bool {
	for _, child := range childrenOf(pid) {
		if strings.Contains(cmdline(child), what) || running(child, what) {
			return true
		}
	}
	return false
}

func cmdline(pid int) string {
	line, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	if err != nil {
		return ""
	}
	return strings.ReplaceAll(string(line), "\x00", " ")
}

// Three runners in a row are killed. The job fails because of the infrastructure, and the
// student reads what to do.
func TestThreeKilledRunnersFailTheJob(t *testing.T) {
	t.Parallel()
	c := newClassroom(t, "", "alice")
	c.work("alice", waits, "right")
	l := c.push("alice")
	for range 3 {
		killed := c.busyRunner()
		check(t, syscall.Kill(killed, syscall.SIGKILL))
		eventually(t, "the killed runner is gone", func() bool { return processState(killed) == 0 })
	}
	l.await("our machines failed, not you; the staff has been told.")
	l.await("Nothing was charged. Push again to try once more.")
	l.end()
	if all := c.submissions("alice"); len(all) != 1 || all[0].State != "failed" || all[0].Blame != "infrastructure" {
		t.Errorf("%+v", all)
	}
	c.release()
	c.watchesAgain("alice", "submission 1", "2 / 2")
	c.graded("alice", 1)
}

// The server is killed while five jobs wait. After the restart each job is graded once, in
// the order of the pushes.
func TestWaitingJobsSurviveRestart(t *testing.T) {
	t.Parallel()
	students := []string{"alice", "bob", "carol", "dave", "eve", "frank", "grace"}
	c := newClassroom(t, "", students...)
	for n, login := range students {
		c.work(login, waits, "right")
		l := c.push(login)
		l.await(leaving)
		if n < 2 { // these occupy the two runners
			l.await("running on a fresh standard runner")
		}
	}
	led := c.ledger()
	eventually(t, "five jobs wait", func() bool { return led.count(`SELECT count(*) FROM jobs WHERE state = 'queued'`) == 5 })
	led.close()
	c.server.Kill()
	c.serve()
	c.release()
	for _, login := range students {
		c.graded(login, 1)
	}
	led = c.ledger()
	defer led.close()
	if n := led.count(`SELECT sum(attempt) FROM jobs WHERE kind = 'grade'`); n != 9 { // the two running jobs were started again
		t.Errorf("%d attempts", n)
	}
	owners := led.texts(`SELECT owner FROM jobs WHERE kind = 'grade' ORDER BY assigned_at`)
	if strings.Join(owners, " ") != strings.Join(students, " ") {
		t.Errorf("graded in the order %v", owners)
	}
}
