package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/internal/demo"
	"github.com/grader/grader/internal/service"
)

// server is the binary in its own process, because its memory, garbage collector and share
// of the processors are part of the measurement. The bench adds accounts through its admin
// socket.
type server struct {
	demo.Server
	root string
}

// startServer starts bin/grader on a fresh data directory with a configuration.
func startServer(ctx context.Context, dir, config string) (*server, error) {
	return startServerOf(ctx, "bin", dir, config)
}

// startServerOf starts the grader in the directory bin.
func startServerOf(ctx context.Context, bin, dir, config string) (*server, error) {
	if err := demo.WriteFiles(dir, map[string]string{"grader.yaml": config}); err != nil {
		return nil, err
	}
	s := &server{root: filepath.Join(dir, "people")}
	s.Server = demo.Server{Bin: bin, Data: filepath.Join(dir, "data"), Config: filepath.Join(dir, "grader.yaml"), Log: os.Stderr}
	return s, s.Start(ctx)
}

// end stops the server and prints an error if the stop fails.
func (s *server) end() {
	if err := s.Stop(); err != nil {
		fmt.Fprintln(os.Stderr, "bench: server:", err)
	}
}

// person creates an account with a key and enrols it.
func (s *server) person(ctx context.Context, login, role string) (*demo.Person, error) {
	p, err := demo.NewPerson(s.root, login, login)
	if err != nil {
		return nil, err
	}
	p.Host = s.SSH
	key, err := os.ReadFile(p.PublicKey())
	if err != nil {
		return nil, err
	}
	if err := s.call(ctx, "user.add", classroom.NewUser{Login: login, Name: p.Name, Keys: []string{string(key)}}); err != nil {
		return nil, err
	}
	return p, s.call(ctx, "enrol", service.EnrolArgs{Course: "bench", Login: login, Role: role})
}

// call runs an operation of the admin socket.
func (s *server) call(ctx context.Context, operation string, arguments any) error {
	body, err := json.Marshal(arguments)
	if err != nil {
		return err
	}
	_, err = service.Call(ctx, s.Data, operation, body)
	return err
}

// course creates the course "bench" with one assignment, and pushes the files as its tests.
func (s *server) course(ctx context.Context, assignment string, files map[string]string) error {
	if _, err := s.Admin(ctx, "course", "add", "bench", "--title", "Bench"); err != nil {
		return err
	}
	teacher, err := s.Enter(ctx, s.root, "teacher", "bench", "instructor") // as an earlier grader can, too
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
func (s *server) memory() (int64, error) {
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
func (s *server) children(ctx context.Context) (int, error) {
	out, err := exec.CommandContext(ctx, "pgrep", "--parent", strconv.Itoa(s.PID())).Output()
	if err != nil && len(out) == 0 {
		return 0, nil
	}
	return len(strings.Fields(string(out))), err
}
