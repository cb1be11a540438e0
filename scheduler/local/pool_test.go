package local_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/grader/grader/scheduler"
	"github.com/grader/grader/scheduler/local"
	"github.com/grader/grader/scheduler/pooltest"
	"github.com/grader/grader/schema"
)

func TestPool(t *testing.T) {
	t.Parallel()
	for _, network := range []string{"unix", "tcp"} {
		t.Run(network, func(t *testing.T) {
			t.Parallel()
			pooltest.Run(t, func(t *testing.T) (scheduler.Pool, *pooltest.Front) {
				return newPool(t, network, "good")
			})
		})
	}
}

func newPool(t *testing.T, network, role string) (*local.Pool, *pooltest.Front) {
	t.Helper()
	address := "127.0.0.1:0"
	if network == "unix" {
		dir, err := os.MkdirTemp("", "pool") // a socket's path must be short
		check(t, err)
		t.Cleanup(func() { check(t, os.RemoveAll(dir)) })
		address = filepath.Join(dir, "s")
	}
	l, err := net.Listen(network, address)
	check(t, err)
	front := pooltest.NewFront(t, l)
	self, err := os.Executable()
	check(t, err)
	return &local.Pool{Binary: self, Args: []string{role}, Env: []string{"TMPDIR=" + t.TempDir()}, URL: front.URL, Registrar: front, Grace: 20 * time.Second, Logger: slog.New(slog.DiscardHandler)}, front
}

func flavour() schema.Flavour { return schema.Flavour{Name: "small"} }

func TestCredentialIsNeitherArgumentNorEnvironment(t *testing.T) {
	t.Parallel()
	p, front := newPool(t, "unix", "good")
	tokens := &spy{Front: front}
	p.Registrar = tokens
	defer closePool(t, p)
	check(t, p.Ensure(t.Context(), flavour(), 1))
	front.Registered()
	proc := fmt.Sprintf("/proc/%d/", pids(t, p)[0])
	for _, file := range []string{"cmdline", "environ"} {
		content, err := os.ReadFile(proc + file)
		check(t, err)
		if bytes.Contains(content, []byte(tokens.issued)) || bytes.Contains(content, []byte("unix:")) || len(content) == 0 {
			t.Errorf("%s: %q", file, content)
		}
	}
	if content, err := os.ReadFile(proc + "environ"); err != nil || bytes.Contains(content, []byte("PATH=")) {
		t.Errorf("the server's environment went along: %q, %v", content, err)
	}
}

// spy records the token.
type spy struct {
	*pooltest.Front
	issued string
}

func (s *spy) Issue(runner, flavour string) schema.Credential {
	c := s.Front.Issue(runner, flavour)
	s.issued = c.Token
	return c
}

func TestFailedStartIsRetriedWithPauses(t *testing.T) {
	t.Parallel()
	p, front := newPool(t, "unix", "broken")
	defer closePool(t, p)
	began := time.Now()
	check(t, p.Ensure(t.Context(), flavour(), 1))
	for range 3 {
		front.Gone()
	}
	if took := time.Since(began); took < 750*time.Millisecond {
		t.Errorf("three starts within %v", took)
	}
	runners, err := p.List(t.Context())
	check(t, err)
	if len(runners) == 0 || !strings.Contains(runners[len(runners)-1].Failure, "exit status 3: no wall on this �[31mmachine") {
		t.Errorf("runners %+v", runners)
	}
}

func TestMissingProgramIsAFailure(t *testing.T) {
	t.Parallel()
	p, front := newPool(t, "unix", "good")
	p.Binary = "/no/such/program"
	defer closePool(t, p)
	check(t, p.Ensure(t.Context(), flavour(), 1))
	front.Gone()
	runners, err := p.List(t.Context())
	check(t, err)
	if len(runners) != 1 || runners[0].Alive || !strings.Contains(runners[0].Failure, "no such file") {
		t.Errorf("runners %+v", runners)
	}
}

func TestRunnerIgnoringSignalsIsKilled(t *testing.T) {
	t.Parallel()
	p, front := newPool(t, "unix", "stubborn")
	p.Grace = 50 * time.Millisecond
	defer closePool(t, p)
	check(t, p.Ensure(t.Context(), flavour(), 1))
	id := front.Registered()
	pid := pids(t, p)[0]
	check(t, p.Ensure(t.Context(), flavour(), 0))
	began := time.Now()
	check(t, p.Retire(t.Context(), id))
	if took := time.Since(began); took < p.Grace {
		t.Errorf("killed after %v, without its grace", took)
	}
	if err := syscall.Kill(pid, 0); !errors.Is(err, syscall.ESRCH) {
		t.Errorf("process %d after its retirement: %v", pid, err)
	}
}

func TestCloseLeavesNoProcess(t *testing.T) {
	t.Parallel()
	p, front := newPool(t, "unix", "good")
	check(t, p.Ensure(t.Context(), flavour(), 3))
	for range 3 {
		front.Registered()
	}
	all := pids(t, p)
	closePool(t, p)
	closePool(t, p)
	for _, pid := range all {
		if err := syscall.Kill(pid, 0); !errors.Is(err, syscall.ESRCH) {
			t.Errorf("process %d: %v", pid, err)
		}
	}
}

// TestRunnersDieWithTheServer checks that the runners of a killed server end, even those that
// ignore signals.
func TestRunnersDieWithTheServer(t *testing.T) {
	t.Parallel()
	for _, role := range []string{"good", "stubborn"} {
		t.Run(role, func(t *testing.T) {
			t.Parallel()
			_, front := newPool(t, "tcp", role)
			token := front.Issue("orphan", "small").Token
			self, err := os.Executable()
			check(t, err)
			server := exec.Command(self, "server", role, front.URL, token)
			server.Stderr = os.Stderr
			check(t, server.Start())
			front.Registered()
			pid := childOf(t, server.Process.Pid)
			runner, err := unix.PidfdOpen(pid, 0)
			check(t, err)
			defer func() { _ = unix.Close(runner) }()
			check(t, server.Process.Kill())
			_ = server.Wait()
			n, err := unix.Poll([]unix.PollFd{{Fd: int32(runner), Events: unix.POLLIN}}, 30_000)
			if n != 1 || err != nil {
				t.Errorf("the runner outlives its server: %d, %v", n, err)
			}
		})
	}
}

// childOf returns the number of a process's only child.
func childOf(t *testing.T, parent int) int {
	t.Helper()
	lists, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", parent))
	check(t, err)
	for _, list := range lists {
		children, err := os.ReadFile(list)
		check(t, err)
		if pid, err := strconv.Atoi(strings.TrimSpace(string(children))); err == nil {
			return pid
		}
	}
	t.Fatalf("process %d has no child", parent)
	return 0
}

// server runs a control plane that starts one runner, and waits to be killed.
func server() {
	role, url, token := os.Args[2], os.Args[3], os.Args[4]
	p := &local.Pool{Binary: os.Args[0], Args: []string{role}, Env: os.Environ(), URL: url, Registrar: granted(token)}
	if err := p.Ensure(context.Background(), schema.Flavour{Name: "small"}, 1); err != nil {
		panic(err)
	}
	select {}
}

// granted is a registrar with one token.
type granted string

func (g granted) Issue(runner, flavour string) schema.Credential {
	return schema.Credential{Runner: runner, Flavour: flavour, Token: string(g)}
}
func (g granted) Expect(string, string) {}
func (g granted) Exited(string, string) {}

func pids(t *testing.T, p *local.Pool) []int {
	t.Helper()
	runners, err := p.List(t.Context())
	check(t, err)
	var all []int
	for _, r := range runners {
		pid, err := strconv.Atoi(strings.TrimPrefix(r.Where, "process "))
		check(t, err)
		all = append(all, pid)
	}
	return all
}

func closePool(t *testing.T, p *local.Pool) { t.Helper(); check(t, p.Close()) }

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
