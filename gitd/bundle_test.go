package gitd_test

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
	gossh "golang.org/x/crypto/ssh"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/gitd"
	"github.com/grader/grader/gitd/repo"
	"github.com/grader/grader/hooks"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/receipt"
	"github.com/grader/grader/store"
)

// hookBinary is grader-hook, built once for all tests.
var hookBinary string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "gitd")
	if err == nil {
		hookBinary = filepath.Join(dir, "grader-hook")
		build := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", hookBinary, "github.com/grader/grader/hooks/grader-hook")
		build.Env = append(os.Environ(), "CGO_ENABLED=0") // as in make build, which shares the cache
		var out []byte
		out, err = build.CombinedOutput()
		fmt.Fprint(os.Stderr, string(out))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "build grader-hook:", err)
		os.Exit(1)
	}
	status := m.Run()
	os.RemoveAll(dir)
	if err := goleak.Find(); err != nil && status == 0 {
		fmt.Fprintln(os.Stderr, err)
		status = 1
	}
	os.Exit(status)
}

// assignmentYAML is a minimal assignment.
const assignmentYAML = `title: "A1: Hello"
starter: starter/
files:
  required: [hello.c]
  forbidden: ["*.o"]
submissions: {max_files: 5}
tests:
  - {name: greets, run: [./hello], stdout: "hi\n", points: 2}
`

// bundle is a whole server with real git, real ssh, a real store, and runners whose results the
// test sets.
type bundle struct {
	t        testing.TB
	dir      string
	store    *store.Store
	hooks    *hooks.Server
	repos    *repo.Store
	server   *gitd.Server
	queue    *queue
	clock    *clock
	course   schema.Course
	room     *classroom.Classroom
	ledger   gitd.Ledger // the store, unless a test wraps it
	limits   gitd.Limits
	single   bool // gates are single jobs
	logs     *logs
	address  string
	receipts ed25519.PrivateKey
}

func newBundle(t testing.TB, change ...func(*bundle)) *bundle {
	t.Helper()
	dir, err := os.MkdirTemp("", "g") // a short path: unix sockets have 107 bytes
	check(t, err)
	t.Cleanup(func() { os.RemoveAll(dir) })
	b := &bundle{t: t, dir: dir, receipts: ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize)), clock: new(clock), logs: new(logs)}
	b.store, err = store.Open(t.Context(), filepath.Join(dir, "grader.db"), store.Options{ReceiptKey: b.receipts})
	check(t, err)
	t.Cleanup(func() { check(t, b.store.Close()) })
	b.ledger = b.store
	b.queue = newQueue(b.store, b.clock)
	b.course, err = b.store.AddCourse(t.Context(), schema.Operator(), schema.Course{Code: "comp1", Title: "First course", Zone: "America/Toronto", Flavour: "standard"})
	check(t, err)
	for login, role := range map[string]schema.Role{"alice": schema.RoleStudent, "bob": schema.RoleStudent, "tina": schema.RoleTA, "ida": schema.RoleInstructor, "eve": ""} {
		b.addUser(login, role)
	}
	b.hooks = hooks.NewServer(filepath.Join(dir, "hook"), slog.New(slog.NewTextHandler(b.logs, nil)))
	check(t, b.hooks.Start())
	t.Cleanup(func() { check(t, b.hooks.Stop(context.Background())) })
	git, err := exec.LookPath("git")
	check(t, err)
	b.repos, err = repo.Open(repo.Options{Dir: filepath.Join(dir, "r"), Git: git, HookBinary: hookBinary, HookSocket: filepath.Join(dir, "hook")})
	check(t, err)
	b.room = classroom.New(classroom.Options{Store: b.store, Live: b.queue, Trees: b.repos, Clock: b.clock.now, Notices: classroom.NoticeChannels{Mail: true, Webhooks: true}, ReceiptKey: receipt.KeyText(b.receipts.Public().(ed25519.PublicKey))})
	for _, f := range change {
		f(b)
	}
	b.start()
	t.Cleanup(b.stop)
	return b
}

// start starts a server on the bundle's data. A second call is a restart.
func (b *bundle) start() {
	b.t.Helper()
	b.server = b.config()
	check(b.t, b.server.Start(b.t.Context()))
	b.address = b.server.Address().String()
}

// restart stops the server, starts one on the same data, and updates the remotes.
func (b *bundle) restart() {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	check(b.t, b.server.Stop(ctx))
	b.start()
	for _, dir := range []string{"w"} {
		b.mustGit("alice", dir, "remote", "set-url", "grader", b.url("comp1/a1"))
	}
}

// config returns a server that is not started.
func (b *bundle) config() *gitd.Server {
	return &gitd.Server{
		Addr: "127.0.0.1:0", HostKey: filepath.Join(b.dir, "hostkey"), WebURL: func() string { return "https://grader.test" },
		Classroom: b.room, Accounts: b.store, Courses: b.store, Ledger: b.ledger, Queue: b.queue, Repos: b.repos, Hooks: b.hooks,
		SingleGate: b.single, Limits: b.limits, Clock: b.clock.now, Logger: slog.New(slog.NewTextHandler(b.logs, nil)),
	}
}

func (b *bundle) stop() {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	check(b.t, b.server.Stop(ctx))
	b.queue.close()
	if b.t.Failed() {
		b.t.Logf("server's log:\n%s", b.logs)
	}
}

func (b *bundle) addUser(login string, role schema.Role) {
	b.t.Helper()
	key := b.newKey(login)
	user, err := b.store.AddUser(b.t.Context(), schema.Operator(), schema.User{Login: login, Name: strings.ToUpper(login[:1]) + login[1:]}, key)
	check(b.t, err)
	if role != "" {
		check(b.t, b.store.Enrol(b.t.Context(), schema.Operator(), b.course, user, role))
	}
}

// newKey makes a private key at <dir>/<name>.key.
func (b *bundle) newKey(name string) schema.Key {
	b.t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	check(b.t, err)
	block, err := gossh.MarshalPrivateKey(private, name)
	check(b.t, err)
	check(b.t, os.WriteFile(b.keyPath(name), pem.EncodeToMemory(block), 0o600))
	signer, err := gossh.NewSignerFromKey(private)
	check(b.t, err)
	public := signer.PublicKey()
	line := strings.TrimSpace(string(gossh.MarshalAuthorizedKey(public)))
	check(b.t, os.WriteFile(b.keyPath(name)+".pub", []byte(line+"\n"), 0o600))
	return schema.Key{Fingerprint: gossh.FingerprintSHA256(public), Public: line, Active: true}
}

func (b *bundle) fingerprint(name string) string {
	b.t.Helper()
	public, err := os.ReadFile(b.keyPath(name) + ".pub")
	check(b.t, err)
	key, _, _, _, err := gossh.ParseAuthorizedKey(public)
	check(b.t, err)
	return gossh.FingerprintSHA256(key)
}

// public returns the content of a key's public key file.
func (b *bundle) public(name string) string {
	b.t.Helper()
	text, err := os.ReadFile(b.keyPath(name) + ".pub")
	check(b.t, err)
	return string(text)
}

func command(name string, args ...string) *exec.Cmd { return exec.Command(name, args...) }

func (b *bundle) keyPath(name string) string { return filepath.Join(b.dir, name+".key") }

func (b *bundle) sshOptions(key string) []string {
	return []string{"-F", "/dev/null", "-o", "IdentitiesOnly=yes", "-o", "IdentityAgent=none", "-i", b.keyPath(key), "-o", "BatchMode=yes",
		"-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=INFO"}
}

// ssh runs one command as a user.
func (b *bundle) ssh(key string, args ...string) result { return b.sshAs("grader", key, "", args...) }

func (b *bundle) sshAs(user, key, stdin string, args ...string) result {
	b.t.Helper()
	host, port, _ := strings.Cut(b.address, ":")
	all := append(append(b.sshOptions(key), "-p", port, user+"@"+host), args...)
	cmd := exec.Command("ssh", all...)
	cmd.Stdin = strings.NewReader(stdin)
	return run(b.t, cmd)
}

func (b *bundle) url(path string) string { return "ssh://grader@" + b.address + "/" + path }

// git returns a git command of a user in a directory below the bundle's.
func (b *bundle) git(key, dir string, args ...string) *exec.Cmd {
	cmd := exec.Command("git", args...)
	cmd.Dir = filepath.Join(b.dir, dir)
	cmd.Env = append(os.Environ(), "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null", "GIT_TERMINAL_PROMPT=0", "LC_ALL=C",
		"GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@x", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@x",
		"GIT_SSH_COMMAND=ssh "+strings.Join(b.sshOptions(key), " "))
	return cmd
}

func (b *bundle) mustGit(key, dir string, args ...string) string {
	b.t.Helper()
	r := run(b.t, b.git(key, dir, args...))
	if r.status != 0 {
		b.t.Fatalf("git %q: status %d\n%s", args, r.status, r.all())
	}
	return r.out
}

// tree makes a repository with a remote. Its main has one commit with the files.
func (b *bundle) tree(key, dir, path string, files map[string]string) {
	b.t.Helper()
	check(b.t, os.MkdirAll(filepath.Join(b.dir, dir), 0o700))
	b.mustGit(key, dir, "init", "-q", "-b", "main")
	b.mustGit(key, dir, "remote", "add", "grader", b.url(path))
	b.commit(key, dir, files)
}

func (b *bundle) commit(key, dir string, files map[string]string) {
	b.t.Helper()
	for name, content := range files {
		path := filepath.Join(b.dir, dir, name)
		check(b.t, os.MkdirAll(filepath.Dir(path), 0o700))
		check(b.t, os.WriteFile(path, []byte(content), 0o600))
	}
	b.mustGit(key, dir, "add", "-A", "-f")
	b.mustGit(key, dir, "commit", "-q", "--allow-empty", "-m", "work")
}

func (b *bundle) push(key, dir string, args ...string) result {
	b.t.Helper()
	if len(args) == 0 {
		args = []string{"grader", "main"}
	}
	return run(b.t, b.git(key, dir, append([]string{"push"}, args...)...))
}

// publish pushes tests that pass their gate.
func (b *bundle) publish(yaml string) {
	b.t.Helper()
	b.tree("ida", "tests", "comp1/a1/tests", map[string]string{
		"assignment.yaml": yaml, "starter/hello.c": "/* start here */\n", "starter/sub/notes.txt": "notes\n",
	})
	if r := b.push("ida", "tests"); r.status != 0 {
		b.t.Fatalf("tests push: status %d\n%s", r.status, r.all())
	}
}

func (b *bundle) submissions(owner string) []schema.GradedSubmission {
	b.t.Helper()
	a, err := b.store.Assignment(b.t.Context(), "comp1", "a1")
	check(b.t, err)
	subs, err := b.store.Submissions(b.t.Context(), a.ID, owner, 100)
	check(b.t, err)
	return subs
}

// result is the output of a command.
type result struct {
	out, err string
	status   int
}

func (r result) all() string { return r.out + r.err }

func run(t testing.TB, cmd *exec.Cmd) result {
	t.Helper()
	var out, errs strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &errs
	if cmd.Stdin == nil {
		cmd.Stdin = strings.NewReader("")
	}
	cmd.WaitDelay = time.Second
	err := cmd.Run()
	if _, exited := err.(*exec.ExitError); err != nil && !exited { //nolint:errorlint // as os/exec documents it
		t.Fatal(err)
	}
	return result{out: tidy(out.String()), err: tidy(errs.String()), status: cmd.ProcessState.ExitCode()}
}

// tidy removes the blanks with which git overwrites its own progress lines, and the messages of
// ssh.
func tidy(s string) string {
	var lines []string
	for _, line := range strings.Split(s, "\n") {
		if !strings.HasPrefix(line, "Warning: Permanently added") {
			lines = append(lines, strings.TrimRight(line, " "))
		}
	}
	return strings.Join(lines, "\n")
}

// says fails the test unless the output contains each text. The texts may be wrapped.
func (r result) says(t testing.TB, texts ...string) {
	t.Helper()
	unwrapped := strings.NewReplacer("\nremote:   ", " ", "\n  ", " ").Replace(r.all())
	for _, text := range texts {
		if !strings.Contains(r.all(), text) && !strings.Contains(unwrapped, text) {
			t.Errorf("%q is missing in (status %d):\n%s", text, r.status, r.all())
		}
	}
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// clock is the real clock with an offset.
type clock struct {
	mu    sync.Mutex
	moved time.Duration
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.moved)
}

func (c *clock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.moved += d
}

// logs stores the server's log.
type logs struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *logs) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

var _ io.Writer = (*logs)(nil)
