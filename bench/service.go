package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"github.com/grader/grader/demo"
)

// service is a `grader serve` of our own.
type service struct {
	data string
	host string // ssh address
	cmd  *exec.Cmd
	root string // for the people
}

// startService starts bin/grader on a fresh data directory with a configuration.
func startService(ctx context.Context, dir, config string) (*service, error) {
	s := &service{data: filepath.Join(dir, "data"), root: filepath.Join(dir, "people")}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	file := filepath.Join(dir, "grader.yaml")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		return nil, err
	}
	s.cmd = exec.CommandContext(ctx, "bin/grader", "serve", "--data", s.data, "--ssh", "127.0.0.1:0", "--web", "127.0.0.1:0", "--config", file, "--log", "error")
	s.cmd.Stderr = os.Stderr
	s.cmd.Cancel = func() error { return s.cmd.Process.Signal(syscall.SIGTERM) }
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return nil, fmt.Errorf("server did not get ready: %w", err)
	}
	if _, err := fmt.Sscanf(line, "ready ssh=%s", &s.host); err != nil {
		return nil, fmt.Errorf("unexpected %q: %w", line, err)
	}
	return s, nil
}

// stop ends the server and waits for it.
func (s *service) stop() error {
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	return s.cmd.Wait()
}

// admin runs one of the operator's commands.
func (s *service) admin(ctx context.Context, args ...string) (string, error) {
	out, err := exec.CommandContext(ctx, "bin/grader", append([]string{"admin", "--data", s.data}, args...)...).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("admin %s: %w: %s", strings.Join(args, " "), err, out)
	}
	return string(out), nil
}

// person makes an account with a key and enrols it.
func (s *service) person(ctx context.Context, login, role string) (*demo.Person, error) {
	p, err := demo.NewPerson(s.root, login, login)
	if err != nil {
		return nil, err
	}
	p.Host = s.host
	if _, err := s.admin(ctx, "user", "add", login, "--key", p.PublicKey()); err != nil {
		return nil, err
	}
	_, err = s.admin(ctx, "enrol", "bench", login, "--role", role)
	return p, err
}

// course makes the course "bench" with one assignment whose tests are the given files.
func (s *service) course(ctx context.Context, assignment string, files map[string]string) error {
	if _, err := s.admin(ctx, "course", "add", "bench", "--title", "Bench"); err != nil {
		return err
	}
	teacher, err := s.person(ctx, "teacher", "instructor")
	if err != nil {
		return err
	}
	dir := filepath.Join(s.root, "tests")
	if err := writeFiles(dir, files); err != nil {
		return err
	}
	t, err := teacher.Push(ctx, "bench/"+assignment+"/tests", dir)
	if err == nil && t.Exit != 0 {
		err = fmt.Errorf("tests were not accepted:\n%s", t.Output)
	}
	return err
}

func writeFiles(dir string, files map[string]string) error {
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// memory returns the server's resident bytes, and how many processes its session
// has besides the runners it keeps warm.
func (s *service) memory() (int64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kb, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
			return kb << 10, err
		}
	}
	return 0, fmt.Errorf("no VmRSS")
}

// children counts the live processes below the server.
func (s *service) children() (int, error) {
	out, err := exec.Command("pgrep", "--parent", strconv.Itoa(s.cmd.Process.Pid)).Output()
	if err != nil && len(out) == 0 {
		return 0, nil
	}
	return len(strings.Fields(string(out))), err
}
