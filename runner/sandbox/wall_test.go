package sandbox_test

import (
	"context"
	"log/slog"
	"os"
	"testing"

	"github.com/grader/grader/runner/sandbox"
)

func TestMain(m *testing.M) {
	sandbox.Stage()
	os.Exit(m.Run())
}

// wallDir returns a directory that the uids of steps can reach, unlike t.TempDir.
func wallDir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "wall")
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
	return dir
}

// openAt opens a wall of a level, or skips the test if this machine does not support the level.
func openAt(t testing.TB, level sandbox.Level, slots int) *sandbox.Wall {
	t.Helper()
	if level == sandbox.LevelUID && os.Getuid() != 0 {
		t.Skip("level uid needs root")
	}
	w, err := sandbox.Open(context.Background(), sandbox.Options{
		Dir: wallDir(t), Level: level, Slots: slots, Logger: slog.New(slog.NewTextHandler(t.Output(), nil)),
	})
	if err != nil {
		t.Fatalf("level %s: %v", level, err)
	}
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return w
}

// eachLevel runs a test at every level that is meant for real students.
func eachLevel(t *testing.T, slots int, test func(t *testing.T, w *sandbox.Wall)) {
	for _, level := range []sandbox.Level{sandbox.LevelNamespace, sandbox.LevelUID} {
		t.Run(string(level), func(t *testing.T) {
			t.Parallel()
			test(t, openAt(t, level, slots))
		})
	}
}

func newScratch(t testing.TB, w *sandbox.Wall) *sandbox.Scratch {
	t.Helper()
	s, err := w.NewScratch()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// shell returns a step that runs a script in the scratch.
func shell(s *sandbox.Scratch, script string) sandbox.Step {
	return sandbox.Step{
		Argv: []string{"sh", "-c", script}, Dir: s.Path(), Write: []*sandbox.Scratch{s}, Env: []string{"PATH=/usr/bin:/bin"},
	}
}

func mustRun(t testing.TB, w *sandbox.Wall, step sandbox.Step) sandbox.Result {
	t.Helper()
	r, err := w.Run(t.Context(), step)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestStepWritesAndAnswers(t *testing.T) {
	t.Parallel()
	eachLevel(t, 1, func(t *testing.T, w *sandbox.Wall) {
		s := newScratch(t, w)
		if err := s.WriteFile("in/name", []byte("world"), 0); err != nil {
			t.Fatal(err)
		}
		r := mustRun(t, w, shell(s, `echo hello $(cat in/name); echo oops >&2; echo kept >out; exit 3`))
		if string(r.Stdout) != "hello world\n" || string(r.Stderr) != "oops\n" || r.Exit != 3 || r.Signal != 0 || r.Limit != "" {
			t.Errorf("got %+v", r)
		}
		if data, err := s.ReadFile("out", 100); err != nil || string(data) != "kept\n" {
			t.Errorf("out: %q, %v", data, err)
		}
	})
}
