package e2e

import (
	"bytes"
	"context"
	"errors"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/grader/grader/internal/demo"
)

// patience is the longest wait. A test that reaches it fails.
const patience = 3 * time.Minute

// live is a running command in its own process group, like in a terminal. It records the
// output, and can wait for a text in the output.
type live struct {
	t    *testing.T
	cmd  *exec.Cmd
	done chan struct{}

	mu   sync.Mutex
	said bytes.Buffer
	more chan struct{} // closed and replaced after each write
}

// begin starts a command and adds env to its environment.
func begin(t *testing.T, cmd *exec.Cmd, env ...string) *live {
	t.Helper()
	l := &live{t: t, cmd: cmd, done: make(chan struct{}), more: make(chan struct{})}
	cmd.Env = append(cmd.Env, env...)
	cmd.Stdout, cmd.Stderr = l, l
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.WaitDelay = patience
	check(t, cmd.Start())
	go func() {
		defer close(l.done)
		_ = cmd.Wait() // end returns the exit status
	}()
	t.Cleanup(func() { l.signal(syscall.SIGKILL); <-l.done })
	return l
}

// beginPush starts a forced push from a work tree.
func beginPush(t *testing.T, p *demo.Person, work, repository, ref string, env ...string) *live {
	t.Helper()
	return begin(t, p.Command(context.Background(), work, "git", "push", "--force", p.URL(repository), ref), env...)
}

// Write implements io.Writer.
func (l *live) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	close(l.more)
	l.more = make(chan struct{})
	return l.said.Write(p)
}

func (l *live) text() (string, <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.said.String(), l.more
}

// await waits until the output contains the text.
func (l *live) await(text string) {
	l.t.Helper()
	timeout := time.After(patience)
	for {
		said, more := l.text()
		if strings.Contains(said, text) {
			return
		}
		select {
		case <-more:
		case <-l.done:
			if said, _ = l.text(); !strings.Contains(said, text) {
				l.t.Fatalf("it exited without printing %q:\n%s", text, said)
			}
		case <-timeout:
			l.t.Fatalf("it did not print %q:\n%s", text, said)
		}
	}
}

// end waits for the exit and returns the output and the exit status.
func (l *live) end() (string, int) {
	l.t.Helper()
	return l.endWithin(patience)
}

// endWithin is end with another timeout.
func (l *live) endWithin(d time.Duration) (string, int) {
	l.t.Helper()
	select {
	case <-l.done:
	case <-time.After(d):
		said, _ := l.text()
		l.t.Fatalf("it does not exit:\n%s", said)
	}
	said, _ := l.text()
	return said, l.cmd.ProcessState.ExitCode()
}

// signal signals the whole process group, like a terminal.
func (l *live) signal(s syscall.Signal) {
	if err := syscall.Kill(-l.cmd.Process.Pid, s); err != nil && !errors.Is(err, syscall.ESRCH) {
		l.t.Errorf("signal: %v", err)
	}
}

// eventually polls a condition that has no signal to wait for, and fails the test after
// patience.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	if !polled(patience, seldom, holds) {
		t.Fatalf("not within %v: %s", patience, what)
	}
}

// Poll intervals. A moment of a push may be as short as a sync of the disk.
const (
	seldom = 10 * time.Millisecond
	often  = 500 * time.Microsecond
)

// polled calls holds at an interval, and reports whether holds returned true within the time.
func polled(within, interval time.Duration, holds func() bool) bool {
	tick := time.NewTicker(interval)
	defer tick.Stop()
	timeout := time.After(within)
	for !holds() {
		select {
		case <-tick.C:
		case <-timeout:
			return false
		}
	}
	return true
}
