package gitd_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"github.com/grader/grader/gitd"
	"github.com/grader/grader/gitd/pktline"
	"github.com/grader/grader/schema"
)

// dial connects as a user with a client under the test's control.
func (b *bundle) dial(t *testing.T, key string) *gossh.Client {
	t.Helper()
	c, err := b.tryDial(key)
	check(t, err)
	t.Cleanup(func() { _ = c.Close() }) // the server may have closed it
	return c
}

// connect opens a connection without sending anything.
func (b *bundle) connect(t *testing.T) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", b.address)
	check(t, err)
	t.Cleanup(func() { c.Close() })
	return c
}

func (b *bundle) tryDial(key string) (*gossh.Client, error) { return b.tryDialAs("grader", key) }

func (b *bundle) tryDialAs(user, key string) (*gossh.Client, error) {
	pem, err := os.ReadFile(b.keyPath(key))
	if err != nil {
		return nil, err
	}
	signer, err := gossh.ParsePrivateKey(pem)
	if err != nil {
		return nil, err
	}
	return gossh.Dial("tcp", b.address, &gossh.ClientConfig{
		User: user, Auth: []gossh.AuthMethod{gossh.PublicKeys(signer)}, HostKeyCallback: gossh.InsecureIgnoreHostKey(), Timeout: 5 * time.Second,
	})
}

// raw is a session whose bytes the test writes itself.
type raw struct {
	*gossh.Session
	in  io.WriteCloser
	out io.Reader
	err *bytes.Buffer
}

func (b *bundle) raw(t *testing.T, key, command string) *raw {
	t.Helper()
	session, err := b.dial(t, key).NewSession()
	check(t, err)
	r := &raw{Session: session, err: new(bytes.Buffer)}
	r.in, err = session.StdinPipe()
	check(t, err)
	r.out, err = session.StdoutPipe()
	check(t, err)
	session.Stderr = r.err
	check(t, session.Start(command))
	return r
}

// advertised reads the advertisement.
func (r *raw) advertised(t *testing.T) {
	t.Helper()
	for {
		if _, flush, err := pktline.Read(r.out, nil); err != nil || flush {
			check(t, err)
			return
		}
	}
}

const (
	one    = "1111111111111111111111111111111111111111"
	banded = "\x00report-status side-band-64k"
)

func listOf(commands ...string) []byte {
	var b []byte
	for _, c := range commands {
		b = pktline.Append(b, c)
	}
	return append(b, pktline.Flush...)
}

func TestMissingListTimesOut(t *testing.T) {
	t.Parallel()
	b := newBundle(t, func(b *bundle) { b.limits.List = 50 * time.Millisecond })
	b.publishSlowly()
	r := b.raw(t, "alice", "git-receive-pack 'comp1/a1'")
	r.advertised(t)
	if err := r.Wait(); err == nil || !strings.Contains(r.err.String(), "grader: nothing to push came within 50ms; push again") {
		t.Errorf("%v: %q", err, r.err)
	}
}

// TestSlowUnpackTimesOut checks that a client that has sent everything does not read that something is missing.
func TestSlowUnpackTimesOut(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.publish(assignmentYAML)
	b.stop()
	b.limits.Unpack = time.Nanosecond
	b.start()
	b.tree("alice", "w", "comp1/a1", map[string]string{"hello.c": "1"})
	r := b.push("alice", "w")
	r.says(t, "refused: git could not store what was sent within 1ns.", "Nothing was counted.")
	if open, err := b.store.OpenIntents(t.Context(), 0); r.status == 0 || err != nil || len(open) != 0 {
		t.Errorf("status %d, open intents %v, %v", r.status, open, err)
	}
}

func TestMissingPackTimesOut(t *testing.T) {
	t.Parallel()
	b := newBundle(t, func(b *bundle) { b.limits.Pack = 200 * time.Millisecond })
	b.publishSlowly()
	r := b.raw(t, "alice", "git-receive-pack 'comp1/a1'")
	r.advertised(t)
	_, err := r.in.Write(append(listOf(pktline.Zero+" "+one+" refs/heads/main"+banded), "PACK\x00\x00\x00\x02"...))
	check(t, err)
	said, _ := io.ReadAll(r.out)
	if !strings.Contains(string(said), "refused: the pack did not come within 200ms. Push again.\nNothing was counted.") {
		t.Errorf("said %q", said)
	}
	if open, err := b.store.OpenIntents(t.Context(), 0); err != nil || len(open) != 0 {
		t.Errorf("open intents %v, %v", open, err)
	}
}

// TestStopEndsAStalledPush stops the server while a client stalls in its pack. git is killed, nothing is pushed, and
// the client reads that.
func TestStopEndsAStalledPush(t *testing.T) {
	t.Parallel()
	opened := make(openings, 4)
	b := newBundle(t, func(b *bundle) { b.ledger = opened.of(b.ledger) })
	b.publish(assignmentYAML)
	<-opened // the push of the tests
	r := b.raw(t, "alice", "git-receive-pack 'comp1/a1'")
	r.advertised(t)
	_, err := r.in.Write(append(listOf(pktline.Zero+" "+one+" refs/heads/main"+banded), "PACK\x00\x00\x00\x02"...))
	check(t, err)
	<-opened
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := b.server.Stop(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Stop: %v", err)
	}
	said, _ := io.ReadAll(r.out)
	if !strings.Contains(string(said), "refused: the server is stopping. Push again. Nothing was counted.") {
		t.Errorf("said %q", said)
	}
	if open, err := b.store.OpenIntents(t.Context(), 0); err != nil || len(open) != 0 {
		t.Errorf("open intents %v, %v", open, err)
	}
}

// openings signal each intent that was opened.
type openings chan struct{}

func (o openings) of(l gitd.Ledger) gitd.Ledger { return signalling{l, o} }

type signalling struct {
	gitd.Ledger
	opened openings
}

func (l signalling) OpenIntent(ctx context.Context, in schema.Intent) error {
	err := l.Ledger.OpenIntent(ctx, in)
	l.opened <- struct{}{}
	return err
}

func TestTerminalCarriageReturnsAndCtrlC(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.publish(assignmentYAML)
	b.queue.hold(true)
	b.tree("alice", "w", "comp1/a1", map[string]string{"hello.c": ""})
	b.push("alice", "w", "-o", "nowait", "grader", "main")
	session, err := b.dial(t, "alice").NewSession()
	check(t, err)
	check(t, session.RequestPty("xterm", 24, 80, gossh.TerminalModes{}))
	in, err := session.StdinPipe()
	check(t, err)
	out, err := session.StdoutPipe()
	check(t, err)
	check(t, session.Start("watch comp1/a1"))
	line := make([]byte, len("COMP1 A1 Hello: submission 1\r\n"))
	if _, err := io.ReadFull(out, line); err != nil || !bytes.HasSuffix(line, []byte("1\r\n")) {
		t.Errorf("%q, %v", line, err)
	}
	_, err = in.Write([]byte{3})
	check(t, err)
	if err := session.Wait(); err == nil {
		t.Error("Ctrl-C ended with status 0")
	}
}

func TestListsThatNoGitSends(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.publish(assignmentYAML)
	tests := map[string]struct {
		send []byte
		want string
	}{
		"not git":             {[]byte("GET / HTTP/1.1\r\n\r\n"), "that was not git's protocol"},
		"a list without end":  {bytes.Repeat(pktline.Append(nil, pktline.Zero+" "+one+" refs/heads/main"), 16000), "too many refs"},
		"an endless option":   {append(listOf(pktline.Zero+" "+one+" refs/heads/main\x00push-options"), listOf(strings.Repeat("o", 300))...), "push options too many"},
		"without a side-band": {listOf(pktline.Zero+" "+one+" refs/heads/dev\x00report-status", pktline.Zero+" "+pktline.Zero+" refs/heads/x"), "refused: one branch is pushed at a time"},
		"a lie about main":    {listOf(one + " " + pktline.Zero[1:] + "2 refs/heads/main\x00report-status"), "refused: main has moved since your git looked"},
	}
	for name, test := range tests {
		r := b.raw(t, "alice", "git-receive-pack 'comp1/a1'")
		r.advertised(t)
		go func() {
			_, _ = r.in.Write(test.send) // the server may close the connection early
			r.in.Close()
		}()
		_, _ = io.ReadAll(r.out)
		_ = r.Wait()
		if !strings.Contains(r.err.String(), test.want) {
			t.Errorf("%s: %q", name, r.err)
		}
	}
}

func TestWaitingIsKeptAlive(t *testing.T) {
	t.Parallel()
	b := newBundle(t, func(b *bundle) { b.limits.Keepalive, b.limits.Place = time.Millisecond, 5*time.Millisecond })
	b.publish(assignmentYAML)
	b.tree("alice", "w", "comp1/a1", map[string]string{"hello.c": ""})
	b.queue.hold(true)
	b.mustGit("alice", "w", "config", "uploadpack.allowAnySHA1InWant", "true")
	commit := strings.TrimSpace(b.mustGit("alice", "w", "rev-parse", "HEAD"))
	pack := b.mustGit("alice", "w", "-c", "pack.threads=1", "bundle", "create", "-", "main")
	_, pack, _ = strings.Cut(pack, "\n\n")
	r := b.raw(t, "alice", "git-receive-pack 'comp1/a1'")
	r.advertised(t)
	_, err := r.in.Write(append(listOf(pktline.Zero+" "+commit+" refs/heads/main"+banded), pack...))
	check(t, err)
	check(t, r.in.Close())
	report, alive := false, 0
	for alive < 3 {
		payload, _, err := pktline.Read(r.out, nil)
		check(t, err)
		report = report || len(payload) > 1 && payload[0] == pktline.BandData
		if report && string(payload) == "\x01" {
			alive++
		}
	}
}

// TestGreedySession sends endless environment variables, requests and channels. They have no effect on other sessions.
func TestGreedySession(t *testing.T) {
	t.Parallel()
	b := newBundle(t, func(b *bundle) { b.limits.ConnectionSlots, b.limits.UserSessions = 2, 2 })
	c := b.dial(t, "alice")
	greedy, err := c.NewSession()
	check(t, err)
	for range 200 {
		if err := greedy.Setenv("LD_PRELOAD", strings.Repeat("x", 1000)); err == nil {
			t.Fatal("the environment was taken")
		}
	}
	if err := greedy.Run("whoami"); err == nil {
		t.Error("a session that never stops asking was served")
	}
	again := b.dial(t, "alice")
	for i := range 3 {
		_, err := again.NewSession()
		if refused := err != nil; refused != (i == 2) {
			t.Errorf("session %d: %v", i, err)
		}
	}
	r := b.raw(t, "bob", "whoami")
	out, _ := io.ReadAll(r.out)
	if err := r.Wait(); err != nil || !strings.Contains(string(out), "login  bob") {
		t.Errorf("%v: %q", err, out)
	}
}

func TestSilentConnectionsAreClosed(t *testing.T) {
	t.Parallel()
	b := newBundle(t, func(b *bundle) {
		b.limits = gitd.Limits{Handshake: 300 * time.Millisecond, Idle: 50 * time.Millisecond, Command: 50 * time.Millisecond}
	})
	var all []net.Conn
	for range 3 {
		c, err := net.Dial("tcp", b.address)
		check(t, err)
		defer c.Close()
		check(t, c.SetDeadline(time.Now().Add(20*time.Second)))
		all = append(all, c)
	}
	for _, c := range all {
		if out, err := io.ReadAll(c); err != nil || !strings.HasPrefix(string(out), "SSH-2.0-grader") { // the server closes each connection
			t.Errorf("%q, %v", out, err)
		}
	}
	idle := b.dial(t, "alice")
	if err := idle.Wait(); err == nil {
		t.Error("an idle connection was kept without a reason")
	}
	mute, err := b.dial(t, "alice").NewSession()
	check(t, err)
	if err := mute.Wait(); err == nil {
		t.Error("a session without a command was kept")
	}
}

// TestPanicEndsOneSession checks that a panic ends only the session in which it happens.
func TestPanicEndsOneSession(t *testing.T) {
	t.Parallel()
	b := newBundle(t, func(b *bundle) { b.ledger = panicky{b.ledger} })
	b.publish(assignmentYAML)
	if r := b.ssh("alice", "log", "comp1/a1"); r.status == 0 {
		t.Errorf("status 0: %s", r.all())
	}
	b.ssh("alice", "whoami").says(t, "login  alice")
	if !strings.Contains(b.logs.String(), "the ledger is on fire") {
		t.Error("the panic was not logged")
	}
}

type panicky struct{ gitd.Ledger }

func (panicky) Submissions(context.Context, int64, string, int) ([]schema.GradedSubmission, error) {
	panic("the ledger is on fire")
}

// publishSlowly is publish for a server whose limits are too tight for a real git.
func (b *bundle) publishSlowly() {
	b.t.Helper()
	tight := b.limits
	b.limits = gitd.Limits{}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	check(b.t, b.server.Stop(ctx))
	b.start()
	b.publish(assignmentYAML)
	check(b.t, b.server.Stop(ctx))
	b.limits = tight
	b.start()
}
