package demo

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// Server is a `grader serve` process on a data directory.
type Server struct {
	Bin    string // directory of grader and grader-hook
	Data   string // data directory
	Config string // configuration file, "" for none
	SSH    string // listen address; after Start the actual one
	Web    string // listen address; after Start the site's URL
	Log    io.Writer
	Env    []string // added to the environment of this process
	cmd    *exec.Cmd
}

// Start starts the server and returns once it is ready. If the start fails, the error
// contains the server's output.
func (s *Server) Start(ctx context.Context) error {
	args := []string{"serve", "--data", s.Data, "--ssh", orAnyPort(s.SSH), "--web", orAnyPort(s.Web), "--log", "warn"}
	if s.Config != "" {
		args = append(args, "--config", s.Config)
	}
	s.cmd = exec.CommandContext(ctx, filepath.Join(s.Bin, "grader"), args...)
	s.cmd.Cancel = func() error { return s.cmd.Process.Signal(syscall.SIGTERM) }
	s.cmd.Env = append(os.Environ(), s.Env...)
	said := &tail{also: s.Log}
	s.cmd.Stderr = said
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := s.cmd.Start(); err != nil {
		return fmt.Errorf("start server: %w", err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return fmt.Errorf("start server: %w: %s", s.cmd.Wait(), said.text)
	}
	if _, err := fmt.Sscanf(line, "ready ssh=%s web=%s", &s.SSH, &s.Web); err != nil {
		return fmt.Errorf("start server: unexpected output %q: %w", line, err)
	}
	return nil
}

func orAnyPort(address string) string {
	if address == "" {
		return "127.0.0.1:0"
	}
	return strings.TrimPrefix(address, "http://")
}

// Stop stops the server with SIGTERM and waits for it. The error is its exit status.
func (s *Server) Stop() error { return s.StopBy(syscall.SIGTERM) }

// stopTime is how long a server may take to stop.
const stopTime = 2 * time.Minute

// StopBy is Stop with another signal. If the server does not stop in stopTime, StopBy makes
// it write its goroutines to its log and returns an error.
func (s *Server) StopBy(sig os.Signal) error {
	if err := s.cmd.Process.Signal(sig); err != nil {
		return err
	}
	late := time.AfterFunc(stopTime, func() { _ = s.cmd.Process.Signal(syscall.SIGQUIT) })
	defer late.Stop()
	return s.cmd.Wait()
}

// Kill kills the server, like a crash, and waits for it.
func (s *Server) Kill() {
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait()
}

// PID returns the server's process id.
func (s *Server) PID() int { return s.cmd.Process.Pid }

// Admin runs `grader admin` and returns its standard output.
func (s *Server) Admin(ctx context.Context, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, filepath.Join(s.Bin, "grader"), append([]string{"admin", "--data", s.Data}, args...)...)
	var out, problem strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &problem
	if err := cmd.Run(); err != nil {
		return out.String(), fmt.Errorf("admin %s: %w: %s", strings.Join(args, " "), err, problem.String())
	}
	return out.String(), nil
}

// Enter creates an account with a new key below dir, and enrols it in a course.
func (s *Server) Enter(ctx context.Context, dir, login, course, role string) (*Person, error) {
	p, err := NewPerson(dir, login, strings.ToUpper(login[:1])+login[1:])
	if err != nil {
		return nil, err
	}
	p.Host = s.SSH
	if _, err := s.Admin(ctx, "user", "add", login, "--name", p.Name, "--key", p.PublicKey()); err != nil {
		return nil, err
	}
	_, err = s.Admin(ctx, "enrol", course, login, "--role", role)
	return p, err
}

// WriteFiles writes files, by slash-separated path, below dir.
func WriteFiles(dir string, files map[string]string) error {
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// tail keeps the beginning of a server's standard error for error messages.
type tail struct {
	text []byte
	also io.Writer
}

func (t *tail) Write(p []byte) (int, error) {
	if len(t.text) < 64<<10 {
		t.text = append(t.text, p...)
	}
	if t.also != nil {
		return t.also.Write(p)
	}
	return len(p), nil
}
