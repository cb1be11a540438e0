package repo_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/grader/grader/gitd/repo"
)

// hookBinary is grader-hook, built once for all tests.
var hookBinary string

// TestMain runs the tests. It is also the program that the tests' git runs instead of ssh: see
// transport_test.go.
func TestMain(m *testing.M) {
	switch os.Getenv("REPO_TEST_ROLE") {
	case "client":
		os.Exit(beClient())
	case "server":
		os.Exit(beServer())
	}
	os.Exit(runTests(m))
}

func runTests(m *testing.M) int {
	dir, err := os.MkdirTemp("", "repo-test-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	hookBinary = filepath.Join(dir, "grader-hook")
	build := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", hookBinary, "github.com/grader/grader/hooks/grader-hook")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build grader-hook: %v\n%s", err, out)
		return 1
	}
	code := m.Run()
	if code == 0 {
		if err := goleak.Find(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
	}
	return code
}

// beClient forwards one git command to the test's server and its answer back.
func beClient() int {
	conn, err := net.Dial("unix", os.Getenv("REPO_TEST_SOCKET"))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	fmt.Fprintf(conn, "%s\t%s\n", os.Args[len(os.Args)-1], os.Getenv("GIT_PROTOCOL"))
	go func() {
		_, _ = io.Copy(conn, os.Stdin)
		_ = conn.(*net.UnixConn).CloseWrite()
	}()
	if _, err := io.Copy(os.Stdout, conn); err != nil {
		return 1
	}
	return 0
}

// beServer is a whole server for one push. A test can kill it.
func beServer() int {
	err := func() error {
		s, err := repo.Open(repo.Options{
			Dir: os.Getenv("REPO_TEST_DIR"), Git: gitBinary(),
			HookBinary: os.Getenv("REPO_TEST_HOOK"), HookSocket: os.Getenv("REPO_TEST_SOCKET"),
		})
		if err != nil {
			return err
		}
		_, id, err := parseCommand(os.Args[len(os.Args)-1])
		if err != nil {
			return err
		}
		lock, err := s.Lock(context.Background(), id)
		if err != nil {
			return err
		}
		if err := s.Advertise(id, os.Stdout); err != nil {
			return err
		}
		r, err := s.ReceiveCommands(context.Background(), id, lock, "token", "refs/heads/main")
		if err != nil {
			return err
		}
		if err := os.WriteFile(os.Getenv("REPO_TEST_PIDS"), fmt.Appendf(nil, "%d %d", os.Getpid(), r.ProcessGroup), 0o600); err != nil {
			return err
		}
		go func() {
			_, _ = io.Copy(r.Stdin, os.Stdin)
			r.Stdin.Close()
		}()
		_, _ = io.Copy(os.Stdout, r.Stdout)
		return r.Wait()
	}()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// parseCommand parses "git-receive-pack '/7'".
func parseCommand(command string) (service string, id int64, err error) {
	service, path, ok := strings.Cut(command, " ")
	if !ok {
		return "", 0, fmt.Errorf("command %q", command)
	}
	id, err = strconv.ParseInt(strings.Trim(path, "'/"), 10, 64)
	return service, id, err
}

func gitBinary() string {
	path, err := exec.LookPath("git")
	if err != nil {
		panic(err)
	}
	return path
}
