package e2e

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/grader/grader/schema"
)

// waits is a program that runs until the classroom releases it, so that a push can be
// interrupted while its job runs.
const waits = "sleep 1000"

// release ends the waiting programs on the current server, in this attempt and in later
// ones.
func (c *classroom) release() {
	c.t.Helper()
	server, done := c.server.PID(), make(chan struct{})
	var releasing sync.WaitGroup
	releasing.Go(func() {
		for tick := time.NewTicker(seldom); ; {
			endWaits(server)
			select {
			case <-tick.C:
			case <-done:
				tick.Stop()
				return
			}
		}
	})
	c.t.Cleanup(func() { close(done); releasing.Wait() })
}

// endWaits ends the waiting programs below a process.
func endWaits(pid int) {
	for _, child := range childrenOf(pid) {
		if strings.TrimSpace(cmdline(child)) == waits {
			_ = syscall.Kill(child, syscall.SIGTERM) // it may have ended
		}
		endWaits(child)
	}
}

const leaving = "Ctrl-C cancels nothing: push again to see these lines again."

// submissions returns a student's submissions, oldest first.
func (c *classroom) submissions(login string) []schema.PublicSubmission {
	c.t.Helper()
	var all []schema.PublicSubmission
	check(c.t, json.Unmarshal([]byte(c.admin("submissions", "c101/a1", "--login", login, "--json")), &all))
	return all
}

// graded checks that a student has n submissions, each with one result.
func (c *classroom) graded(login string, n int) {
	c.t.Helper()
	for i := range n {
		c.wait(login, i+1)
	}
	all := c.submissions(login)
	if len(all) != n {
		c.t.Fatalf("%s has %d submissions, not %d", login, len(all), n)
	}
	for _, s := range all {
		if s.State != schema.StateDone || s.Outcome != schema.OutcomeGraded {
			c.t.Errorf("%s: %s, %s", s.Name, s.State, s.Outcome)
		}
	}
	l := c.ledger()
	defer l.close()
	if results := l.count(`SELECT count(*) FROM results r JOIN jobs j ON j.id = r.job_id WHERE j.owner = ? AND j.kind = 'grade'`, login); results != n {
		c.t.Errorf("%s has %d results, not %d", login, results, n)
	}
}

// watchesAgain pushes without a new commit, and checks that the push prints the same lines
// again.
func (c *classroom) watchesAgain(login string, words ...string) {
	c.t.Helper()
	again := c.push(login)
	said, status := again.end()
	if status != 0 {
		c.t.Errorf("exit status %d", status)
	}
	for _, word := range append(words, "Everything up-to-date", "grader: nothing new; main is at ") {
		if !strings.Contains(said, word) {
			c.t.Errorf("pushed again, it does not say %q:\n%s", word, said)
		}
	}
}

// Ctrl-C while the job runs ends only the session, as the output of the push says.
func TestCtrlCWhileWaitingCancelsNothing(t *testing.T) {
	t.Parallel()
	c := newClassroom(t, "", "alice")
	c.work("alice", waits, "right")
	l := c.push("alice")
	l.await(leaving)
	l.await("running on a fresh standard runner")
	l.signal(syscall.SIGINT)
	if said, status := l.end(); status == 0 || strings.Contains(said, "2 / 2") {
		t.Fatalf("exit status %d:\n%s", status, said)
	}
	c.release()
	c.watchesAgain("alice", "C101 Patience: submission 1", "pass  1/1  answers", "2 / 2")
	c.graded("alice", 1)
}

// After Ctrl-C in the middle of the pack the push is not recorded, and the next push
// succeeds at once.
func TestCtrlCDuringThePackCancelsPush(t *testing.T) {
	t.Parallel()
	c := newClassroom(t, "", "alice")
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGKILL} {
		c.work("alice", "", fmt.Sprint("interrupted by ", signal))
		h := newHold(t)
		l := h.push(c.people["alice"], workTree(c.people["alice"]), "c101/a1", "main")
		eventually(t, "the pack is held", h.held)
		l.signal(signal)
		if said, status := l.end(); status == 0 {
			t.Fatalf("the interrupted push exited with status 0:\n%s", said)
		}
		led := c.ledger()
		eventually(t, "the intent is resolved", func() bool { return len(led.openIntents()) == 0 })
		led.close()
	}
	if all := c.submissions("alice"); len(all) != 0 {
		t.Fatalf("%d submissions of interrupted pushes", len(all))
	}
	began := time.Now()
	c.pushes("alice", "right", "submission 1")
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("the next push took %v", took)
	}
	c.graded("alice", 1)
}

// One waiting client is killed, and another one stops reading. Grading continues, the
// server serves other clients, and the server can be stopped.
func TestVanishedClientsDoNotBlock(t *testing.T) {
	t.Parallel()
	c := newClassroom(t, "", "alice", "bob", "carol")
	c.work("alice", waits, "right")
	c.work("bob", waits+"; seq 100000 >&2; seq 100000", "right")
	killed, deaf := c.push("alice"), c.push("bob")
	killed.await(leaving)
	deaf.await(leaving)
	deaf.signal(syscall.SIGSTOP)
	killed.signal(syscall.SIGKILL)
	killed.end()
	c.release()
	c.graded("alice", 1)
	c.graded("bob", 1)
	c.pushes("carol", "right", "2 / 2")
	c.watchesAgain("alice", "2 / 2")
	c.watchesAgain("bob", "1 / 2")
	began := time.Now()
	if err := c.server.Stop(); err != nil {
		t.Errorf("stop with a client that does not read: %v", err)
	}
	if took := time.Since(began); took > 15*time.Second {
		t.Errorf("the stop took %v", took)
	}
	deaf.signal(syscall.SIGCONT)
	deaf.end()
}

// told reports whether an output contains words, regardless of line breaks.
func told(said, words string) bool {
	said = strings.ReplaceAll(said, "remote:", " ")
	return strings.Contains(strings.Join(strings.Fields(said), " "), words)
}

// A student makes two pushes at once, with the older or the newer commit first. One push is
// accepted, and the other is refused and not counted.
func TestConcurrentPushesOfOneStudent(t *testing.T) {
	t.Parallel()
	for name, order := range map[string][2]string{"older first": {"main~", "main"}, "newer first": {"main", "main~"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newClassroom(t, "", "alice")
			c.pushes("alice", "first", "submission 1")
			c.work("alice", "", "second")
			work := c.work("alice", "", "third") // a child of the second commit
			alice := c.people["alice"]
			first, second := newHold(t), newHold(t)
			taken := first.push(alice, work, "c101/a1", order[0]+":main")
			eventually(t, "the first pack is held", first.held)
			refused := second.push(alice, work, "c101/a1", order[1]+":main")
			eventually(t, "the second pack is held", second.held)
			first.letGo()
			taken.await("submission 2")
			second.letGo()
			said, status := refused.end()
			if status == 0 || !told(said, "refused: main has moved since your git looked: another push came first. To hand in this instead: git push --force ") {
				t.Errorf("exit status %d:\n%s", status, said)
			}
			if said, status := taken.end(); status != 0 {
				t.Errorf("exit status %d:\n%s", status, said)
			}
			again := beginPush(t, alice, work, "c101/a1", order[1]+":main")
			again.await("submission 3")
			again.end()
			c.graded("alice", 3)
			led := c.ledger()
			defer led.close()
			if n := led.count(`SELECT count(*) FROM intents WHERE state = 'void'`); n != 0 {
				t.Errorf("%d intents are void", n)
			}
		})
	}
}

// Two pushes of the same commit at once create one submission.
func TestConcurrentPushesOfOneCommitAreOneSubmission(t *testing.T) {
	t.Parallel()
	c := newClassroom(t, "", "alice")
	for round := range 5 {
		c.work("alice", "", fmt.Sprint("round ", round))
		one, other := c.push("alice"), c.push("alice")
		said1, status1 := one.end()
		said2, status2 := other.end()
		if status1 != 0 && status2 != 0 {
			t.Errorf("both were refused:\n%s\n%s", said1, said2)
		}
		for said, status := range map[string]int{said1: status1, said2: status2} {
			if status != 0 && !told(said, "already, by a push that came first. Push again to watch it. Nothing was counted.") {
				t.Errorf("the second push printed:\n%s", said)
			}
		}
	}
	c.graded("alice", 5)
}
