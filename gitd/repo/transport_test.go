package repo_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/grader/grader/gitd/repo"
	"github.com/grader/grader/hooks"
)

// bundle is a store with a hook server and a transport for the real git client. Each test has its
// own.
type bundle struct {
	*repo.Store
	t      testing.TB
	o      repo.Options
	hooks  *hooks.Server
	socket string // socket of the transport

	mu      sync.Mutex
	handler hooks.Handler
	view    repo.View // the view of fetches
	errs    []error
}

func newBundle(t testing.TB, change ...func(*repo.Options)) *bundle {
	t.Helper()
	// The directory is not t.TempDir, because a unix socket's path has at most 107 bytes.
	run, err := os.MkdirTemp("", "r")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(run) })
	b := &bundle{t: t, socket: filepath.Join(run, "t"), handler: accept{}}
	b.o = repo.Options{Dir: filepath.Join(t.TempDir(), "repositories"), Git: gitBinary(), HookBinary: hookBinary, HookSocket: filepath.Join(run, "h"), MaxPack: 8 << 20}
	for _, f := range change {
		f(&b.o)
	}
	if b.Store, err = repo.Open(b.o); err != nil {
		t.Fatal(err)
	}
	b.hooks = hooks.NewServer(b.o.HookSocket, slog.New(slog.DiscardHandler))
	if err := b.hooks.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.hooks.Stop(context.Background()) })
	b.listen()
	return b
}

func (b *bundle) listen() {
	listener, err := net.Listen("unix", b.socket)
	if err != nil {
		b.t.Fatal(err)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			wg.Go(func() {
				defer conn.Close()
				if err := b.serve(conn.(*net.UnixConn)); err != nil {
					b.mu.Lock()
					b.errs = append(b.errs, err)
					b.mu.Unlock()
				}
			})
		}
	})
	b.t.Cleanup(func() { listener.Close(); wg.Wait() })
}

func (b *bundle) serve(conn *net.UnixConn) error {
	in := bufio.NewReader(conn)
	line, err := in.ReadString('\n')
	if err != nil {
		return err
	}
	command, protocol, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
	service, id, err := parseCommand(command)
	if err != nil {
		return err
	}
	if service == "git-upload-pack" {
		return b.UploadPack(context.Background(), id, protocol, b.shown(), in, conn, io.Discard)
	}
	return b.receive(id, in, conn)
}

func (b *bundle) receive(id int64, in io.Reader, out io.Writer) error {
	ctx := context.Background()
	lock, err := b.Lock(ctx, id)
	if err != nil {
		return err
	}
	defer unlock(b.t, lock)
	token := hooks.NewToken()
	defer b.hooks.Expect(token, b.judgedBy())()
	if err := b.Advertise(id, out); err != nil {
		return err
	}
	r, err := b.ReceiveCommands(ctx, id, lock, token, "refs/heads/main")
	if err != nil {
		return err
	}
	defer func() { _ = r.Close() }()
	go func() {
		_, _ = io.Copy(r.Stdin, in)
		r.Stdin.Close()
	}()
	if _, err := io.Copy(out, r.Stdout); err != nil {
		return err
	}
	return r.Wait()
}

// show sets the view of later fetches.
func (b *bundle) show(v repo.View) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.view = v
}

func (b *bundle) shown() repo.View {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.view
}

// judge sets the handler for the hooks of later pushes.
func (b *bundle) judge(h hooks.Handler) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.handler = h
}

func (b *bundle) judgedBy() hooks.Handler {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.handler
}

func (b *bundle) serverErrors() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return errors.Join(b.errs...)
}

// work is a clone or a new work tree of the client.
type work struct {
	b   *bundle
	dir string
}

func (b *bundle) newWork() work {
	w := work{b, b.t.TempDir()}
	w.must("init", "-q", "-b", "main")
	return w
}

func url(id int64) string { return fmt.Sprintf("ssh://test/%d", id) }

func (w work) command(args ...string) *exec.Cmd {
	cmd := exec.Command(gitBinary(), args...)
	cmd.Dir = w.dir
	cmd.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + w.dir, "LC_ALL=C", "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null",
		"GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.org", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.org",
		"GIT_SSH_COMMAND=" + os.Args[0], "GIT_SSH_VARIANT=simple", "REPO_TEST_ROLE=client", "REPO_TEST_SOCKET=" + w.b.socket,
	}
	return cmd
}

// git runs git and returns both its output streams.
func (w work) git(args ...string) (string, error) {
	out, err := w.command(args...).CombinedOutput()
	return strings.TrimSpace(string(out)), err
}

func (w work) must(args ...string) string {
	w.b.t.Helper()
	out, err := w.git(args...)
	if err != nil {
		w.b.t.Fatalf("git %s: %v\n%s\nserver: %v", strings.Join(args, " "), err, out, w.b.serverErrors())
	}
	return out
}

// stdin runs git with input and returns its output.
func (w work) stdin(input []byte, args ...string) string {
	w.b.t.Helper()
	cmd := w.command(args...)
	cmd.Stdin = bytes.NewReader(input)
	out, err := cmd.CombinedOutput()
	if err != nil {
		w.b.t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

func (w work) write(path, content string) {
	w.b.t.Helper()
	full := filepath.Join(w.dir, path)
	if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
		w.b.t.Fatal(err)
	}
	if err := os.WriteFile(full, []byte(content), 0o644); err != nil {
		w.b.t.Fatal(err)
	}
}

// commit commits everything and returns the commit's name.
func (w work) commit() string {
	w.b.t.Helper()
	w.must("add", "-A")
	w.must("commit", "-q", "--allow-empty", "-m", "work")
	return w.must("rev-parse", "HEAD")
}

func (w work) push(id int64, more ...string) (string, error) {
	return w.git(append([]string{"push", "-q", url(id), "+HEAD:refs/heads/main"}, more...)...)
}

func (w work) mustPush(id int64) {
	w.b.t.Helper()
	if out, err := w.push(id); err != nil {
		w.b.t.Fatalf("push: %v\n%s\nserver: %v", err, out, w.b.serverErrors())
	}
}

// server runs git on a repository of the store. Only tests do so.
func (b *bundle) server(id int64, args ...string) string {
	b.t.Helper()
	dir, err := b.Path(id)
	if err != nil {
		b.t.Fatal(err)
	}
	return work{b, dir}.must(append([]string{"--git-dir=" + dir}, args...)...)
}

// accept accepts every push.
type accept struct{}

func (accept) PreReceive(context.Context, string, []hooks.Update) ([]string, bool) { return nil, true }
func (accept) PostReceive(context.Context, []hooks.Update) ([]string, error)       { return nil, nil }

// judge is a handler made of functions.
type judge struct {
	pre  func(quarantine string, updates []hooks.Update) ([]string, bool)
	post func(updates []hooks.Update) ([]string, error)
}

func (j judge) PreReceive(_ context.Context, quarantine string, updates []hooks.Update) ([]string, bool) {
	return j.pre(quarantine, updates)
}

func (j judge) PostReceive(_ context.Context, updates []hooks.Update) ([]string, error) {
	if j.post == nil {
		return nil, nil
	}
	return j.post(updates)
}
