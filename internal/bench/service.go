package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/grader/grader/internal/demo"
)

// service is a server and the directory of its people.
type service struct {
	demo.Server
	root string
}

// startService starts bin/grader on a fresh data directory with a configuration.
func startService(ctx context.Context, dir, config string) (*service, error) {
	if err := demo.WriteFiles(dir, map[string]string{"grader.yaml": config}); err != nil {
		return nil, err
	}
	s := &service{root: filepath.Join(dir, "people")}
	s.Server = demo.Server{Bin: "bin", Data: filepath.Join(dir, "data"), Config: filepath.Join(dir, "grader.yaml"), Log: os.Stderr}
	return s, s.Start(ctx)
}

// end stops the server and prints an error if that fails.
func (s *service) end() {
	if err := s.Stop(); err != nil {
		fmt.Fprintln(os.Stderr, "bench: server:", err)
	}
}

// person creates an account with a key and enrols it.
func (s *service) person(ctx context.Context, login, role string) (*demo.Person, error) {
	return s.Enter(ctx, s.root, login, "bench", role)
}

// course creates the course "bench" with one assignment, whose tests are the files.
func (s *service) course(ctx context.Context, assignment string, files map[string]string) error {
	if _, err := s.Admin(ctx, "course", "add", "bench", "--title", "Bench"); err != nil {
		return err
	}
	teacher, err := s.person(ctx, "teacher", "instructor")
	if err != nil {
		return err
	}
	dir := filepath.Join(s.root, "tests")
	if err := demo.WriteFiles(dir, files); err != nil {
		return err
	}
	t, err := teacher.Push(ctx, "bench/"+assignment+"/tests", dir)
	if err == nil && t.Exit != 0 {
		err = fmt.Errorf("tests were not accepted:\n%s", t.Output)
	}
	return err
}

// memory returns the server's resident bytes.
func (s *service) memory() (int64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.PID()))
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

// children returns the number of the server's child processes.
func (s *service) children(ctx context.Context) (int, error) {
	out, err := exec.CommandContext(ctx, "pgrep", "--parent", strconv.Itoa(s.PID())).Output()
	if err != nil && len(out) == 0 {
		return 0, nil
	}
	return len(strings.Fields(string(out))), err
}
