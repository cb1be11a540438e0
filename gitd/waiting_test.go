package gitd_test

import (
	"bufio"
	"context"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/grader/grader/schema"
)

// live is a git push whose lines are read as they arrive.
type live struct {
	t     *testing.T
	cmd   *exec.Cmd
	lines *bufio.Reader
	pipe  io.Closer
	seen  strings.Builder
}

func (b *bundle) live(t *testing.T, key, dir string, args ...string) *live {
	t.Helper()
	cmd := b.git(key, dir, append([]string{"push"}, args...)...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	r, w, err := os.Pipe()
	check(t, err)
	cmd.Stdout, cmd.Stderr = w, w
	check(t, cmd.Start())
	w.Close()
	l := &live{t: t, cmd: cmd, lines: bufio.NewReader(r), pipe: r}
	t.Cleanup(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // it may have ended
		_ = cmd.Wait()
		r.Close()
	})
	return l
}

// until reads lines up to one that contains the text.
func (l *live) until(text string) {
	l.t.Helper()
	for {
		line, err := l.lines.ReadString('\n')
		l.seen.WriteString(line)
		if strings.Contains(line, text) {
			return
		}
		if err != nil {
			l.t.Fatalf("%q never came:\n%s", text, l.seen.String())
		}
	}
}

// rest reads to the end and returns the exit status.
func (l *live) rest() int {
	rest, _ := io.ReadAll(l.lines)
	l.seen.Write(rest)
	_ = l.cmd.Wait()
	return l.cmd.ProcessState.ExitCode()
}

func TestWaitingPushSeesItsPlace(t *testing.T) {
	t.Parallel()
	b := newBundle(t, func(b *bundle) { b.limits.Place = 20 * time.Millisecond })
	b.publish(assignmentYAML)
	b.queue.hold(true)
	b.queue.setPlace(schema.Place{Ahead: 2, Estimate: 4 * time.Second})
	b.tree("alice", "w", "comp1/a1", map[string]string{"hello.c": ""})
	l := b.live(t, "alice", "w", "grader", "main")
	l.until("waiting: 2 ahead of you, about 4 s")
	b.queue.setPlace(schema.Place{Ahead: 2, Stalled: "no runners of flavour large are set up now"})
	l.until("waiting: no runners of flavour large are set up now")
	b.queue.setPlace(schema.Place{Ahead: 5000, More: true})
	l.until("waiting: more than 5000 ahead of you")
	b.queue.setPlace(schema.Place{})
	l.until("waiting: you are next")
	b.queue.hold(false)
	l.until("2 / 2")
	if status := l.rest(); status != 0 {
		t.Errorf("status %d", status)
	}
	if n := strings.Count(l.seen.String(), "2 ahead"); n != 1 {
		t.Errorf("the place was told %d times", n)
	}
}

// TestInterruptedPushIsShownAgain checks that after Ctrl-C has ended git and ssh, the job goes on
// and pushing again shows it from the start.
func TestInterruptedPushIsShownAgain(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.publish(assignmentYAML)
	step := b.queue.stepwise()
	b.tree("alice", "w", "comp1/a1", map[string]string{"hello.c": ""})
	first := b.live(t, "alice", "w", "grader", "main")
	step <- struct{}{}
	first.until("running on a fresh")
	check(t, syscall.Kill(-first.cmd.Process.Pid, syscall.SIGINT))
	first.rest()
	step <- struct{}{} // lets the build run
	again := b.live(t, "alice", "w", "grader", "main")
	again.until("nothing new; main is at")
	again.until("submission 1")
	again.until("running on a fresh")
	again.until("build    ok")
	step <- struct{}{}
	again.until("pass  2/2")
	step <- struct{}{}
	again.until("2 / 2")
	if status := again.rest(); status != 0 {
		t.Errorf("status %d", status)
	}
	after := b.push("alice", "w")
	after.says(t, "submission 1", "pass  2/2", "2 / 2", "Everything up-to-date")
	if n := len(b.submissions("alice")); n != 1 {
		t.Errorf("%d submissions", n)
	}
}

func TestStopTellsWaitingStudentsHowToResume(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.publish(assignmentYAML)
	b.queue.hold(true)
	b.tree("alice", "w", "comp1/a1", map[string]string{"hello.c": ""})
	l := b.live(t, "alice", "w", "grader", "main")
	l.until("Ctrl-C cancels nothing")
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	check(t, b.server.Stop(ctx))
	check(t, b.server.Stop(ctx))
	l.until("The server is restarting; your push is kept")
	l.until("Push again in a moment to watch")
	if status := l.rest(); status != 0 {
		t.Errorf("a push that is kept ended with status %d:\n%s", status, l.seen.String())
	}
	b.start()
	b.mustGit("alice", "w", "remote", "set-url", "grader", b.url("comp1/a1"))
	b.queue.hold(false)
	b.push("alice", "w").says(t, "submission 1", "2 / 2")
}

func TestConcurrentPushesOfOneStudent(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.publish(assignmentYAML)
	dirs := []string{"one", "two", "three"}
	for _, dir := range dirs {
		b.tree("alice", dir, "comp1/a1", map[string]string{"hello.c": dir})
	}
	var all sync.WaitGroup
	said := make([]result, len(dirs))
	for i, dir := range dirs {
		all.Go(func() { said[i] = b.push("alice", dir, "--force", "grader", "main") })
	}
	all.Wait()
	accepted := 0
	for _, r := range said {
		if r.status == 0 {
			accepted++
			r.says(t, "2 / 2")
			continue
		}
		r.says(t, "refused: main has moved since your git looked: another push came first.", "git push --force ssh://", "(fetch first)")
	}
	if subs := b.submissions("alice"); accepted == 0 || len(subs) != accepted {
		t.Errorf("%d accepted, %d submissions", accepted, len(subs))
	}
}

// TestSlowReaderDoesNotBlockOthers checks that a client that does not read delays neither the
// runner nor a stop of the server.
func TestSlowReaderDoesNotBlockOthers(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.publish(assignmentYAML)
	long := strings.Repeat("x", 60)
	b.queue.play(func(j schema.Job) ([]schema.Event, schema.Result) {
		events, r := everythingPasses(j)
		for range 200 {
			test := schema.TestResult{Name: long, Outcome: schema.OutcomeFailed, Message: strings.Repeat(long+"\n", 6), Visible: schema.VisibleAlways}
			events = append(events, schema.Event{Kind: schema.EventTest, Test: &test})
		}
		return events, r
	})
	b.tree("alice", "w", "comp1/a1", map[string]string{"hello.c": ""})
	l := b.live(t, "alice", "w", "grader", "main")
	l.until("submission 1")
	check(t, syscall.Kill(-l.cmd.Process.Pid, syscall.SIGSTOP))
	b.tree("bob", "v", "comp1/a1", map[string]string{"hello.c": ""})
	b.push("bob", "v").says(t, "submission 1", "2 / 2")
	check(t, syscall.Kill(-l.cmd.Process.Pid, syscall.SIGCONT))
	l.until("2 / 2")
}

func TestStudentOutputIsSanitised(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.publish(assignmentYAML)
	b.queue.play(func(j schema.Job) ([]schema.Event, schema.Result) {
		test := schema.TestResult{
			Name: "gr\x1b[31meets\u202e", Test: "greets", Outcome: schema.OutcomeFailed, MaxScore: schema.NewPoints(2, 1), Visible: schema.VisibleAlways,
			Message: "error: \x1b]0;owned\x07\nhint:\u009b31m\nfine\r\n\ttab", Hint: "\x1b[2J look",
		}
		events, r := oneTest(j, test)
		line := schema.Event{Kind: schema.EventLine, Text: "error: \x1b[1mhello.c:1\x00"}
		return append(events[:1:1], append([]schema.Event{line}, events[1:]...)...), r
	})
	b.tree("alice", "w", "comp1/a1", map[string]string{"hello.c": ""})
	r := b.push("alice", "w")
	again := b.push("alice", "w")
	logged := b.ssh("alice", "log", "comp1/a1/1")
	for _, said := range []string{r.all(), again.all(), logged.all()} {
		for _, c := range said {
			if c < ' ' && c != '\n' && c != '\t' || c >= 0x7f && c <= 0x9f || c == '\u202e' {
				t.Errorf("%q reached the terminal:\n%q", c, said)
				break
			}
		}
	}
	r.says(t, "remote: | error: ", "| error: ", "| hint:", "FAIL  0/2  gr")
}

func TestPushOptions(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.publish(assignmentYAML)
	b.tree("alice", "w", "comp1/a1", map[string]string{"hello.c": ""})

	dry := b.push("alice", "w", "-o", "dry-run", "grader", "main")
	dry.says(t, "dry run: would be accepted. Nothing was counted.", "main -> main (dry run: would be accepted)")
	if dry.status == 0 || len(b.submissions("alice")) != 0 || strings.Contains(dry.all(), "went wrong") {
		t.Errorf("dry run: status %d, %d submissions", dry.status, len(b.submissions("alice")))
	}

	b.queue.hold(true)
	quick := b.push("alice", "w", "-o", "nowait", "grader", "main")
	quick.says(t, "submission 1", "https://grader.test/comp1/a1/alice/1", "main -> main")
	b.queue.hold(false)

	b.commit("alice", "w", map[string]string{"hello.c": "2"})
	if r := b.push("alice", "w", "-o", "exit-code", "grader", "main"); r.status != 0 {
		t.Errorf("exit-code of a pass: %d\n%s", r.status, r.all())
	}
	b.queue.play(func(j schema.Job) ([]schema.Event, schema.Result) {
		return oneTest(j, schema.TestResult{Name: "greets", Outcome: schema.OutcomeTimeLimit, MaxScore: schema.NewPoints(2, 1), Visible: schema.VisibleAlways})
	})
	b.commit("alice", "w", map[string]string{"hello.c": "3"})
	r := b.push("alice", "w", "-o", "exit-code", "-o", "color", "grader", "main")
	if r.status == 0 {
		t.Error("exit-code of a failure: 0")
	}
	r.says(t, "\x1b[31mFAIL  0/2  greets", "time limit", "\x1b[31m0 / 2\x1b[0m")
	b.commit("alice", "w", map[string]string{"hello.c": "4"})
	if r := b.push("alice", "w"); r.status != 0 || strings.Contains(r.all(), "\x1b") {
		t.Errorf("status %d without exit-code\n%q", r.status, r.all())
	}
}
