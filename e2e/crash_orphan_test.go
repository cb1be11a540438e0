package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/grader/grader/schema"
)

// orphan is a git receive-pack process whose server was killed after the pre-receive hook
// accepted the push and before git moved the ref.
type orphan struct {
	*classroom
	pid    int
	push   *live
	commit string
	dir    string // directory of the repository
	hook   *heldHook
}

// newOrphan starts alice's second push, holds the hook after its answer, and kills the server.
// Stopping git with SIGSTOP would not work, because the kernel sends SIGHUP to a stopped
// process group whose parent dies.
func newOrphan(t *testing.T) *orphan {
	t.Helper()
	o := &orphan{classroom: newClassroom(t, "", "alice", "bob")}
	o.pushes("alice", "right", "2 / 2")
	o.hook = o.holdHook()
	o.work("alice", "", "second")
	o.push = o.classroom.push("alice")
	eventually(t, "the hook has its answer", o.hook.answered)
	l := o.ledger()
	o.pid = l.count(`SELECT process_group FROM intents WHERE state = 'open'`)
	o.commit = l.texts(`SELECT new_hash FROM intents WHERE state = 'open'`)[0]
	o.dir = repositoryDir(o.data, int64(l.count(`SELECT repository_id FROM intents WHERE state = 'open'`)))
	l.close()
	t.Cleanup(func() { _ = syscall.Kill(-o.pid, syscall.SIGKILL) }) // it has usually exited
	o.server.Kill()
	if said, status := o.push.end(); status == 0 {
		t.Fatalf("the push succeeded although its server was killed:\n%s", said)
	}
	if o.ended() || readRef(o.dir, "refs/heads/main") == o.commit {
		t.Fatal("git did not wait for its hook")
	}
	return o
}

func (o *orphan) ended() bool { return processState(o.pid) == 0 || processState(o.pid) == 'Z' }

// An orphaned git process moves the ref after its server was killed and before the next
// start. The next server finds and grades the push.
func TestRefMovedByOrphanBeforeRestartIsGraded(t *testing.T) {
	t.Parallel()
	o := newOrphan(t)
	o.hook.letGo()
	eventually(t, "the orphan has ended", o.ended)
	o.movedAndGraded()
}

// An orphaned git process moves the ref while the next server starts. The server must wait
// for the process before it reads the ref.
func TestRefMovedByOrphanDuringRestartIsGraded(t *testing.T) {
	t.Parallel()
	o := newOrphan(t)
	old := fmt.Sprintln(o.server.PID())
	started := make(chan error, 1)
	go func() { started <- o.start() }()
	// The server waits for the lock of the repository, which the orphan has inherited.
	eventually(t, "the next server waits for the orphan", func() bool {
		pid, err := os.ReadFile(filepath.Join(o.data, "lock"))
		return err == nil && string(pid) != old && string(pid) != "" && hasOpen(strings.TrimSpace(string(pid)), filepath.Join(o.dir, "grader.lock"))
	})
	o.hook.letGo()
	check(t, <-started)
	o.server.Kill() // a second crash must not change the result
	o.movedAndGraded()
}

// hasOpen reports whether a process has a file open.
func hasOpen(pid, file string) bool {
	links, err := filepath.Glob("/proc/" + pid + "/fd/*")
	return err == nil && slices.ContainsFunc(links, func(link string) bool {
		to, err := os.Readlink(link)
		return err == nil && to == file
	})
}

func (o *orphan) movedAndGraded() {
	o.t.Helper()
	if tip := readRef(o.dir, "refs/heads/main"); tip != o.commit {
		o.t.Fatalf("the orphan did not move main: %s", tip)
	}
	o.serve()
	o.wait("alice", 2)
	l := o.ledger()
	defer l.close()
	if n := l.count(`SELECT count(*) FROM submissions WHERE commit_hash = ?`, o.commit); n != 1 {
		o.t.Errorf("%d submissions of the orphan's commit", n)
	}
	if n := l.count(`SELECT count(*) FROM results`); n != 2+schema.GateRuns { // including the gate's results
		o.t.Errorf("%d results", n)
	}
	again := o.classroom.push("alice")
	again.await("Everything up-to-date")
	if said, _ := again.end(); !strings.Contains(said, "1 / 2") {
		o.t.Errorf("the second push printed:\n%s", said)
	}
}

// The server kills an orphaned git process that does not exit. Its ref does not move, and
// its push is not recorded. After the start no other push waits for it.
func TestHangingOrphanIsKilled(t *testing.T) {
	t.Parallel()
	o := newOrphan(t)
	o.serve()
	if !o.ended() {
		t.Fatal("the orphan still runs after the start of the next server")
	}
	if tip := readRef(o.dir, "refs/heads/main"); tip == o.commit {
		t.Error("a push that was never accepted moved main")
	}
	o.pushes("bob", "right", "2 / 2")
	again := o.classroom.push("alice")
	again.await("submission 2")
	again.await("1 / 2")
	l := o.ledger()
	defer l.close()
	if n := l.count(`SELECT count(*) FROM submissions WHERE commit_hash = ?`, o.commit); n != 1 {
		t.Errorf("%d submissions of the commit that was pushed again", n)
	}
	if got := l.texts(`SELECT state FROM intents WHERE new_hash = ? ORDER BY received_at`, o.commit); !slices.Equal(got, []string{"void", "recorded"}) {
		t.Errorf("its intents are %v", got)
	}
}
