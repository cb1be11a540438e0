package e2e

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/grader/grader/internal/demo"
)

// seed is the data directory that most classrooms start from. A stopped server has left it
// with the course c101, its people, and the assignment a1 with tests that have passed the
// gate.
type seed struct {
	dir  string // data and people, below the directory of the programs
	once sync.Once
	err  error
}

// classroomSeed is the seed of this test run. The first test that needs it creates it with
// the real binary and a real push. It is removed with the programs.
var classroomSeed seed

// seedStudents returns the students of the seed. A classroom enters other students itself.
func seedStudents() []string {
	return []string{"alice", "bob", "carol", "dave", "eve", "frank", "grace", "mallory", "slow"}
}

// copyTo copies the seed for a classroom, before its server starts.
func (s *seed) copyTo(c *classroom) {
	c.t.Helper()
	s.once.Do(func() { s.dir = filepath.Join(bin, "seed"); s.err = s.make() })
	if s.err != nil {
		c.t.Fatalf("the data directory that classrooms start from cannot be made: %v", s.err)
	}
	copyTree(c.t, filepath.Join(s.dir, "data"), c.data)
	copyTree(c.t, filepath.Join(s.dir, "people"), c.peopleDir())
}

// copyTree copies a directory with modes and links, because ssh refuses keys that others can
// read.
func copyTree(t *testing.T, from, to string) {
	t.Helper()
	if out, err := exec.Command("cp", "--archive", "--no-target-directory", from, to).CombinedOutput(); err != nil {
		t.Fatalf("cp: %v\n%s", err, out)
	}
}

// make starts a server, enters the people, pushes the tests and stops the server.
func (s *seed) make() (err error) {
	ctx := context.Background()
	server := &demo.Server{Bin: bin, Data: filepath.Join(s.dir, "data"), Log: os.Stderr}
	if err := os.Mkdir(s.dir, 0o700); err != nil {
		return err
	}
	if err := server.Start(ctx); err != nil {
		return err
	}
	if err := s.fill(ctx, server); err != nil {
		server.Kill()
		return err
	}
	if err := server.Stop(); err != nil {
		return err
	}
	for _, own := range []string{"id", "lock"} { // each copy creates its own
		if err := os.RemoveAll(filepath.Join(server.Data, own)); err != nil {
			return err
		}
	}
	return nil
}

func (s *seed) fill(ctx context.Context, server *demo.Server) error {
	if err := addCourse(ctx, server); err != nil {
		return err
	}
	people := filepath.Join(s.dir, "people")
	ada, err := server.Enter(ctx, people, "ada", "c101", "instructor")
	if err != nil {
		return err
	}
	for _, login := range seedStudents() {
		if _, err := server.Enter(ctx, people, login, "c101", "student"); err != nil {
			return err
		}
	}
	tests := filepath.Join(s.dir, "tests")
	if err := demo.WriteFiles(tests, workTests(patienceSpec)); err != nil {
		return err
	}
	transcript, err := ada.Push(ctx, "c101/a1/tests", tests)
	if err == nil && (transcript.Exit != 0 || !strings.Contains(transcript.Output, "active now: version 1")) {
		err = fmt.Errorf("the tests did not become active: exit status %d\n%s", transcript.Exit, transcript.Output)
	}
	return err
}

func addCourse(ctx context.Context, server *demo.Server) error {
	_, err := server.Admin(ctx, "course", "add", "c101", "--title", "Systems Programming", "--timezone", "America/Toronto")
	return err
}
