package e2e

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/grader/grader/configs"
	"github.com/grader/grader/internal/demo"
	"github.com/grader/grader/internal/service"
	"github.com/grader/grader/schema"
)

// sharedCases is a directory beside the checkout with real contest problems and exercises
// and their licences. It may be missing.
const sharedCases = "../../shared/cases"

// school is a course on a separate server, with an instructor and one student for each
// program that is pushed at the same time.
type school struct {
	t      *testing.T
	server *demo.Server
	people string
	turn   chan struct{} // one element for each push in progress
}

// newSchool starts the service in this process, on free ports, and stops it at the end of
// the test. Its gates are single jobs. At most `most` pushes run at once, so that the
// machine is busy but not overloaded.
func newSchool(t *testing.T, most int) *school {
	t.Helper()
	s := &service.Service{
		Data: filepath.Join(t.TempDir(), "data"), SSH: "127.0.0.1:0", Web: "127.0.0.1:0", Bin: bin,
		Config: configs.Default(), Clock: time.Now, SingleGate: true,
		Logger: slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn})),
	}
	if err := s.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := s.Stop(ctx); err != nil {
			t.Errorf("stop the service: %v", err)
		}
	})
	return openSchool(t, &demo.Server{Bin: bin, Data: s.Data, SSH: s.SSHAddress(), Web: s.WebURL()}, most)
}

// newRealSchool starts the binary instead. Its gates grade the solution three times.
func newRealSchool(t *testing.T, most int) *school {
	t.Helper()
	s := &demo.Server{Bin: bin, Data: filepath.Join(t.TempDir(), "data"), Log: t.Output()}
	if err := s.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Stop(); err != nil {
			t.Errorf("stop the server: %v", err)
		}
	})
	return openSchool(t, s, most)
}

// openSchool adds the course to a running server.
func openSchool(t *testing.T, s *demo.Server, most int) *school {
	t.Helper()
	if _, err := s.Admin(context.Background(), "course", "add", "c101", "--title", "Programming"); err != nil {
		t.Fatal(err)
	}
	return &school{t: t, server: s, people: t.TempDir(), turn: make(chan struct{}, most)}
}

// enter adds a person to the course.
func (c *school) enter(t *testing.T, login string, role schema.Role) *demo.Person {
	t.Helper()
	p, err := c.server.Enter(context.Background(), c.people, login, "c101", string(role))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// push commits a directory's files to a person's repository and pushes them.
func (c *school) push(t *testing.T, p *demo.Person, repository, dir string) demo.Transcript {
	t.Helper()
	c.turn <- struct{}{}
	defer func() { <-c.turn }()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	transcript, err := p.Push(ctx, repository, dir)
	if err != nil {
		t.Fatal(err)
	}
	return transcript
}

// set pushes a tests repository as the instructor, and fails the test unless it becomes active.
func (c *school) set(t *testing.T, teacher *demo.Person, assignment, dir string) {
	t.Helper()
	if got := c.push(t, teacher, "c101/"+assignment+"/tests", dir); got.Exit != 0 {
		t.Fatalf("the tests were not accepted:\n%s", got.Output)
	}
}

// submit pushes a student's files and returns the JSON form of the submission and the
// push's output.
func (c *school) submit(t *testing.T, p *demo.Person, assignment string, files map[string]string) (schema.PublicSubmission, demo.Transcript) {
	t.Helper()
	dir := t.TempDir()
	if err := demo.WriteFiles(dir, files); err != nil {
		t.Fatal(err)
	}
	return c.submitDir(t, p, assignment, dir)
}

// submitDir is submit for the files of a directory.
func (c *school) submitDir(t *testing.T, p *demo.Person, assignment, dir string) (schema.PublicSubmission, demo.Transcript) {
	t.Helper()
	transcript := c.push(t, p, "c101/"+assignment, dir)
	if transcript.Exit != 0 {
		t.Fatalf("the push was refused:\n%s", transcript.Output)
	}
	all := c.submissions(t, p.Login, assignment)
	if len(all) == 0 {
		t.Fatalf("no submission of %s to %s", p.Login, assignment)
	}
	last := all[len(all)-1]
	if last.State != schema.StateDone {
		t.Fatalf("%s is %s after the push ended:\n%s", last.Name, last.State, transcript.Output)
	}
	return last, transcript
}

// submissions returns a student's submissions to an assignment.
func (c *school) submissions(t *testing.T, login, assignment string) []schema.PublicSubmission {
	t.Helper()
	out, err := c.server.Admin(context.Background(), "submissions", "c101/"+assignment, "--login", login, "--json")
	if err != nil {
		t.Fatal(err)
	}
	var all []schema.PublicSubmission
	if err := json.Unmarshal([]byte(out), &all); err != nil {
		t.Fatalf("submissions: %v: %s", err, out)
	}
	return all
}

// readFile reads a file of this package's test data.
func readFile(t *testing.T, name ...string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(name...))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// exists reports whether a file or directory exists.
func exists(t *testing.T, name string) bool {
	t.Helper()
	_, err := os.Stat(name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return err == nil
}

// story describes a submission in a failure message, with every test that did not pass.
func story(s schema.PublicSubmission) string {
	text := fmt.Sprintf("%s: %s, %s / %s, %s\n", s.Name, s.Outcome, s.Score, s.MaxScore, s.Message)
	if s.Build != nil {
		text += fmt.Sprintf("  build %s: %s\n%s", s.Build.Outcome, s.Build.Message, s.Build.Output)
	}
	for _, r := range s.Tests {
		if r.Outcome != schema.OutcomePassed {
			text += fmt.Sprintf("  %s %s: %s\n%s", r.Outcome, r.Name, r.Message, r.Output)
		}
	}
	return text
}
