package hooks_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/grader/grader/hooks"
	"github.com/grader/grader/hooks/protocol"
	"github.com/grader/grader/schema"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	zero    = "0000000000000000000000000000000000000000"
	commit  = "3f9a2c13f9a2c13f9a2c13f9a2c13f9a2c13f9a2"
	command = zero + " " + commit + " refs/heads/main\n"
)

// socketIn returns a path that is short enough for a socket.
func socketIn(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "h")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return filepath.Join(dir, "s")
}

func start(t *testing.T) (*hooks.Server, string) {
	t.Helper()
	socket := socketIn(t)
	s := hooks.NewServer(socket, slog.New(slog.DiscardHandler))
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return s, socket
}

// handler records the calls for one push.
type handler struct {
	pre  func(ctx context.Context, quarantine string, updates []hooks.Update) ([]string, bool)
	post func(ctx context.Context, updates []hooks.Update) ([]string, error)
}

func (h handler) PreReceive(ctx context.Context, q string, u []hooks.Update) ([]string, bool) {
	return h.pre(ctx, q, u)
}

func (h handler) PostReceive(ctx context.Context, u []hooks.Update) ([]string, error) {
	return h.post(ctx, u)
}

func yes(context.Context, string, []hooks.Update) ([]string, bool) { return []string{"yes"}, true }
func no(context.Context, string, []hooks.Update) ([]string, bool)  { return nil, false }
func done(context.Context, []hooks.Update) ([]string, error)       { return []string{"done"}, nil }

func ask(t *testing.T, socket, token string, phase protocol.Phase, commands string) protocol.Reply {
	t.Helper()
	reply, err := protocol.Call(socket, protocol.Request{Phase: phase, Token: token, Quarantine: "tmp_objdir-incoming-abcdef", Commands: []byte(commands)})
	if err != nil {
		t.Fatal(err)
	}
	return reply
}

func TestPushIsJudgedAndThenRecorded(t *testing.T) {
	t.Parallel()
	s, socket := start(t)
	token := hooks.NewToken()
	var asked []any
	defer s.Expect(token, handler{
		pre: func(_ context.Context, q string, u []hooks.Update) ([]string, bool) {
			asked = append(asked, q, u)
			return []string{"one\ntwo", "\x1b]0;owned\x07"}, true
		},
		post: func(_ context.Context, u []hooks.Update) ([]string, error) {
			asked = append(asked, u)
			return []string{"stored"}, nil
		},
	})()
	pre := ask(t, socket, token, protocol.PreReceive, command)
	if diff := cmp.Diff(protocol.Reply{Accepted: true, Text: []byte("one\ntwo\n\uFFFD]0;owned\uFFFD\n")}, pre); diff != "" {
		t.Error(diff)
	}
	post := ask(t, socket, token, protocol.PostReceive, command)
	if diff := cmp.Diff(protocol.Reply{Accepted: true, Text: []byte("stored\n")}, post); diff != "" {
		t.Error(diff)
	}
	update := []hooks.Update{{Old: zero, New: commit, Ref: "refs/heads/main"}}
	if diff := cmp.Diff([]any{"tmp_objdir-incoming-abcdef", update, update}, asked); diff != "" {
		t.Error(diff)
	}
}

func TestHookOutOfOrderIsRefused(t *testing.T) {
	t.Parallel()
	s, socket := start(t)
	never := func(context.Context, []hooks.Update) ([]string, error) {
		t.Error("recorded out of order")
		return nil, nil
	}
	expect := func(pre func(context.Context, string, []hooks.Update) ([]string, bool)) string {
		token := hooks.NewToken()
		t.Cleanup(s.Expect(token, handler{pre: pre, post: never}))
		return token
	}
	if r := ask(t, socket, "unknown", protocol.PreReceive, command); r.Accepted || !strings.Contains(string(r.Text), "Nothing was counted.") {
		t.Errorf("unknown token: %+v", r)
	}
	if r := ask(t, socket, expect(yes), protocol.PostReceive, command); r.Accepted {
		t.Error("post-receive came first")
	}
	twice := expect(yes)
	ask(t, socket, twice, protocol.PreReceive, command)
	if r := ask(t, socket, twice, protocol.PreReceive, command); r.Accepted {
		t.Error("pre-receive came twice")
	}
	refused := expect(no)
	if r := ask(t, socket, refused, protocol.PreReceive, command); r.Accepted || len(r.Text) == 0 {
		t.Errorf("refused: %+v", r)
	}
	if r := ask(t, socket, refused, protocol.PostReceive, command); r.Accepted {
		t.Error("recorded after a refusal")
	}
	other := expect(yes)
	ask(t, socket, other, protocol.PreReceive, command)
	if r := ask(t, socket, other, protocol.PostReceive, strings.Replace(command, "3f9a", "0000", 1)); r.Accepted {
		t.Error("recorded another commit than was judged")
	}
	panics := expect(func(context.Context, string, []hooks.Update) ([]string, bool) { panic("a bug") })
	if r := ask(t, socket, panics, protocol.PreReceive, command); r.Accepted || !strings.Contains(string(r.Text), "went wrong on our side") {
		t.Errorf("panic: %+v", r)
	}
	token := hooks.NewToken()
	s.Expect(token, handler{pre: yes, post: never})()
	if r := ask(t, socket, token, protocol.PreReceive, command); r.Accepted {
		t.Error("heard after its push was given up")
	}
}

func TestOnlyPreReceiveEndsWithItsHook(t *testing.T) {
	t.Parallel()
	s, socket := start(t)
	token := hooks.NewToken()
	asked, cause := make(chan struct{}), make(chan error, 1)
	defer s.Expect(token, handler{pre: func(ctx context.Context, _ string, _ []hooks.Update) ([]string, bool) {
		close(asked)
		<-ctx.Done()
		cause <- context.Cause(ctx)
		return nil, true
	}})()
	hook := send(t, socket, protocol.Request{Phase: protocol.PreReceive, Token: token, Commands: []byte(command)})
	<-asked
	hook.Close()
	if err := <-cause; err == nil {
		t.Error("the handler was not told")
	}
	second := hooks.NewToken()
	recording, gone, recorded := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	defer s.Expect(second, handler{pre: yes, post: func(ctx context.Context, _ []hooks.Update) ([]string, error) {
		close(recording)
		<-gone
		if _, bounded := ctx.Deadline(); !bounded {
			recorded <- errors.New("unbounded")
		}
		recorded <- ctx.Err()
		return nil, nil
	}})()
	ask(t, socket, second, protocol.PreReceive, command)
	hook = send(t, socket, protocol.Request{Phase: protocol.PostReceive, Token: second, Commands: []byte(command)})
	<-recording
	hook.Close()
	close(gone)
	if err := <-recorded; err != nil {
		t.Errorf("post-receive: %v", err)
	}
}

func send(t *testing.T, socket string, r protocol.Request) net.Conn {
	t.Helper()
	message, err := r.Encode()
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if _, err := conn.Write(message); err != nil {
		t.Fatal(err)
	}
	return conn
}

func TestMalformedMessageClosesConnection(t *testing.T) {
	t.Parallel()
	_, socket := start(t)
	long := binary.BigEndian.AppendUint32(nil, protocol.MaxFrame+1)
	for name, bytes := range map[string][]byte{
		"too long": long, "empty": {0, 0, 0, 0}, "another version": {0, 0, 0, 2, 9, 1}, "no phase": {0, 0, 0, 2, 1, 7}, "lengths that lie": {0, 0, 0, 3, 1, 1, 200},
	} {
		conn, err := net.Dial("unix", socket)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := conn.Write(bytes); err != nil {
			t.Error(err)
		}
		if n, _ := conn.Read(make([]byte, 10)); n != 0 {
			t.Errorf("%s was answered", name)
		}
		conn.Close()
	}
}

func TestSocketIsPrivateAndExclusive(t *testing.T) {
	t.Parallel()
	s, socket := start(t)
	if info, err := os.Stat(socket); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	second := hooks.NewServer(socket, slog.New(slog.DiscardHandler))
	if err := second.Start(); schema.CodeOf(err) != schema.CodeConflict {
		t.Errorf("two servers: %v", err)
	}
	if err := errors.Join(s.Stop(context.Background()), s.Stop(context.Background()), second.Stop(context.Background())); err != nil {
		t.Error(err)
	}
	long := hooks.NewServer("/tmp/"+strings.Repeat("x", 110), slog.New(slog.DiscardHandler))
	if err := long.Start(); schema.CodeOf(err) != schema.CodeInvalid || !strings.Contains(err.Error(), "107") {
		t.Errorf("long path: %v", err)
	}
	file := socketIn(t)
	if err := os.WriteFile(file, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := hooks.NewServer(file, slog.New(slog.DiscardHandler)).Start(); schema.CodeOf(err) != schema.CodeConflict {
		t.Errorf("a file in the way: %v", err)
	}
	// A server that was killed leaves its socket. The next server replaces it.
	stale := socketIn(t)
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: stale, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	listener.SetUnlinkOnClose(false)
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	heir := hooks.NewServer(stale, slog.New(slog.DiscardHandler))
	if err := heir.Start(); err != nil {
		t.Error(err)
	}
	if err := heir.Stop(context.Background()); err != nil {
		t.Error(err)
	}
}

func TestStopAbortsJudgingAndWaitsForRecording(t *testing.T) {
	t.Parallel()
	socket := socketIn(t)
	s := hooks.NewServer(socket, slog.New(slog.DiscardHandler))
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	judging, recording, let := make(chan struct{}), make(chan struct{}), make(chan struct{})
	var recorded bool
	s.Expect("judging", handler{pre: func(ctx context.Context, _ string, _ []hooks.Update) ([]string, bool) {
		close(judging)
		<-ctx.Done()
		return []string{schema.MessageOf(context.Cause(ctx))}, true
	}})
	s.Expect("recording", handler{pre: yes, post: func(ctx context.Context, _ []hooks.Update) ([]string, error) {
		close(recording)
		<-let
		recorded = ctx.Err() == nil
		return nil, nil
	}})
	replies := make(chan protocol.Reply, 1)
	go func() {
		r, err := protocol.Call(socket, protocol.Request{Phase: protocol.PreReceive, Token: "judging", Commands: []byte(command)})
		if err != nil {
			t.Error(err)
		}
		replies <- r
	}()
	ask(t, socket, "recording", protocol.PreReceive, command)
	send(t, socket, protocol.Request{Phase: protocol.PostReceive, Token: "recording", Commands: []byte(command)})
	<-judging
	<-recording
	short, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	if err := s.Stop(short); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("stopped while a push was recorded: %v", err)
	}
	if r := <-replies; r.Accepted || string(r.Text) != "the server is stopping\n" {
		t.Errorf("judged while stopping: %+v", r)
	}
	close(let)
	if err := s.Stop(context.Background()); err != nil || !recorded {
		t.Errorf("%v, recorded %v", err, recorded)
	}
}

func TestBinaryPrintsServerReply(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	binary := filepath.Join(dir, "grader-hook")
	build := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", binary, "./grader-hook")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, name := range []string{"pre-receive", "post-receive"} {
		if err := os.Symlink(binary, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	s, socket := start(t)
	run := func(name, socket, token, input string) string {
		cmd := exec.Command(filepath.Join(dir, name))
		cmd.Env = []string{"GRADER_HOOK_SOCKET=" + socket, "GRADER_HOOK_TOKEN=" + token, "GIT_QUARANTINE_PATH=/data/7.git/./objects/tmp_objdir-incoming-abcdef"}
		cmd.Stdin = strings.NewReader(input)
		out, _ := cmd.CombinedOutput()
		return fmt.Sprint(cmd.ProcessState.ExitCode(), " ", string(out))
	}
	var quarantine string
	defer s.Expect("good", handler{pre: func(_ context.Context, q string, _ []hooks.Update) ([]string, bool) {
		quarantine = q
		return []string{"yes"}, true
	}, post: done})()
	defer s.Expect("bad", handler{pre: no})()
	defer s.Expect("ugly", handler{pre: yes, post: func(context.Context, []hooks.Update) ([]string, error) {
		return []string{"stored, not yet counted; we keep trying"}, errors.New("disk full")
	}})()
	const unreachable = "1 refused: the grading service cannot be reached. Nothing was counted; push again in a minute.\n"
	for _, step := range []struct{ name, socket, token, input, want string }{
		{"pre-receive", socket, "good", command, "0 yes\n"},
		{"post-receive", socket, "good", command, "0 done\n"},
		{"pre-receive", socket, "bad", command, "1 refused: something went wrong on our side; it has been logged. Nothing was counted.\n"},
		{"pre-receive", socket, "ugly", command, "0 yes\n"},
		{"post-receive", socket, "ugly", command, "0 stored, not yet counted; we keep trying\n"},
		{"pre-receive", socket, "bad", strings.Repeat(command, 300), unreachable},
		{"pre-receive", socket + "x", "good", command, unreachable},
		{"post-receive", socket + "x", "good", command, "0 "},
		{"pre-receive", "", "", command, unreachable},
		{"grader-hook", socket, "good", command, "2 grader-hook: git runs this as pre-receive or post-receive\n"},
	} {
		if got := run(step.name, step.socket, step.token, step.input); got != step.want {
			t.Errorf("%s %s: %q, want %q", step.name, step.token, got, step.want)
		}
	}
	if quarantine != "tmp_objdir-incoming-abcdef" {
		t.Errorf("quarantine = %q", quarantine)
	}
}
