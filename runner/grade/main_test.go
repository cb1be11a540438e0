package grade_test

import (
	"context"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/grader/grader/runner/grade"
	"github.com/grader/grader/runner/sandbox"
	"github.com/grader/grader/schema"
)

func TestMain(m *testing.M) {
	sandbox.Stage()
	os.Exit(m.Run())
}

// files describes a directory: content by slash-separated path. A file whose path ends with "*" is
// executable.
type files map[string]string

// write writes the files to a new directory.
func (f files) write(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range f {
		mode := os.FileMode(0o644)
		if short, ok := strings.CutSuffix(name, "*"); ok {
			name, mode = short, 0o755
		}
		target := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(target, []byte(content), mode); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// newGrader opens a wall of the strongest level and a grader for one test.
func newGrader(t testing.TB) *grade.Grader {
	t.Helper()
	return newGraderAt(t, "")
}

// newGraderAt opens a wall of a level.
func newGraderAt(t testing.TB, level sandbox.Level) *grade.Grader {
	t.Helper()
	return newGraderIn(t, wallDir(t), level)
}

// wallDir makes a directory in which a wall can be opened.
func wallDir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "grade")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "wall")
}

// newGraderIn opens a wall of a level in a directory.
func newGraderIn(t testing.TB, dir string, level sandbox.Level) *grade.Grader {
	t.Helper()
	logger := slog.New(slog.NewTextHandler(t.Output(), nil))
	wall, err := sandbox.Open(context.Background(), sandbox.Options{Dir: dir, Level: level, Logger: logger})
	if err != nil {
		t.Fatalf("open wall: %v", err)
	}
	t.Cleanup(func() {
		if err := wall.Close(); err != nil {
			t.Errorf("close wall: %v", err)
		}
	})
	image, err := grade.DetectImage(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return &grade.Grader{Wall: wall, Image: image, Dir: t.TempDir(), Clock: time.Now, Logger: logger}
}

// need skips a test if the machine lacks a program.
func need(t testing.TB, programs ...string) {
	t.Helper()
	for _, p := range programs {
		if _, err := exec.LookPath(p); err != nil {
			t.Skipf("%s is not installed", p)
		}
	}
}

// needVariable skips a test if the image lacks a framework.
func needVariable(t testing.TB, g *grade.Grader, names ...string) {
	t.Helper()
	for _, name := range names {
		if g.Image.Variables[name] == "" {
			t.Skipf("no %s on this machine", name)
		}
	}
}

// recorder is an observer that records events.
type recorder struct {
	mu       sync.Mutex
	lines    []string
	builds   []schema.BuildResult
	tests    []schema.TestResult
	prepared []string
}

func (r *recorder) Prepared(dir string) {
	r.mu.Lock()
	r.prepared = append(r.prepared, dir)
	r.mu.Unlock()
}
func (r *recorder) Line(text string) { r.mu.Lock(); r.lines = append(r.lines, text); r.mu.Unlock() }
func (r *recorder) Build(b schema.BuildResult) {
	r.mu.Lock()
	r.builds = append(r.builds, b)
	r.mu.Unlock()
}
func (r *recorder) Test(t schema.TestResult) {
	r.mu.Lock()
	r.tests = append(r.tests, t)
	r.mu.Unlock()
}

// gradeFiles grades a submission and fails the test on any infrastructure error.
func gradeFiles(t testing.TB, g *grade.Grader, tests string, submission files) schema.Result {
	t.Helper()
	return mustGrade(t, g, graded(tests, submission.write(t)))
}

// graded returns the job of grading one directory.
func graded(tests, submission string) grade.Job {
	return grade.Job{Kind: schema.JobGrade, Tests: tests, Submission: submission, Zone: time.UTC}
}

// mustGrade grades a job and fails the test on any infrastructure error.
func mustGrade(t testing.TB, g *grade.Grader, j grade.Job) schema.Result {
	t.Helper()
	result, err := g.Grade(context.Background(), j, &recorder{})
	if err != nil {
		t.Fatalf("grade: %v", err)
	}
	return result
}

// byName returns a test's result.
func byName(t testing.TB, r schema.Result, name string) schema.TestResult {
	t.Helper()
	for _, test := range r.Tests {
		if test.Name == name {
			return test
		}
	}
	t.Fatalf("no test %q in %+v", name, names(r))
	return schema.TestResult{}
}

func names(r schema.Result) []string {
	var list []string
	for _, test := range r.Tests {
		list = append(list, test.Name+"="+string(test.Outcome))
	}
	return list
}

// points checks the score of a result.
func points(t testing.TB, r schema.Result, score, most string) {
	t.Helper()
	if r.Score.String() != score || r.MaxScore.String() != most {
		t.Errorf("score %s of %s, want %s of %s; %v, build %+v, message %q", r.Score, r.MaxScore, score, most, names(r), r.Build, r.Message)
	}
}

// outcome checks the outcome of one test.
func outcome(t testing.TB, r schema.Result, name string, want schema.Outcome) schema.TestResult {
	t.Helper()
	got := byName(t, r, name)
	if got.Outcome != want {
		t.Errorf("%s: outcome %s, want %s; message %q, output %q, build %+v", name, got.Outcome, want, got.Message, got.Output, r.Build)
	}
	return got
}
