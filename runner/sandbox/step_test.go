package sandbox_test

import (
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/grader/grader/runner/sandbox"
	"github.com/grader/grader/schema"
)

func TestProgramThatCannotRun(t *testing.T) {
	t.Parallel()
	eachLevel(t, 1, func(t *testing.T, w *sandbox.Wall) {
		s := newScratch(t, w)
		if err := s.WriteFile("data", []byte("not a program"), 0); err != nil {
			t.Fatal(err)
		}
		if err := s.WriteFile("garbage", []byte("\x00\x01"), 0o700); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"no-such-program", "/no/such/program", "./missing", "./data", "./garbage", "/etc"} {
			step := shell(s, "")
			step.Argv = []string{name}
			if _, err := w.Run(t.Context(), step); schema.CodeOf(err) != schema.CodeNotFound {
				t.Errorf("%s: %v", name, err)
			}
		}
		for _, step := range []sandbox.Step{{}, {Argv: []string{"true"}}} {
			if _, err := w.Run(t.Context(), step); schema.CodeOf(err) != schema.CodeInvalid {
				t.Errorf("%v: %v", step.Argv, err)
			}
		}
		if r := mustRun(t, w, shell(s, "echo on")); string(r.Stdout) != "on\n" {
			t.Errorf("after that: %+v", r)
		}
	})
}

func TestHowStepsEnd(t *testing.T) {
	t.Parallel()
	eachLevel(t, 1, func(t *testing.T, w *sandbox.Wall) {
		s := newScratch(t, w)
		for _, c := range []struct {
			script string
			exit   int
			signal int
		}{
			{script: "exit 0"},
			{script: "exit 139", exit: 139},
			{script: "kill -SEGV $$", signal: 11},
			{script: "kill -ABRT $$", signal: 6},
			{script: "kill -KILL $$", signal: 9},
			{script: "(kill -SEGV $$) & wait", signal: 11},
		} {
			if r := mustRun(t, w, shell(s, c.script)); r.Exit != c.exit || int(r.Signal) != c.signal || r.Limit != "" || r.Killed {
				t.Errorf("%s: %+v", c.script, r)
			}
		}
	})
}

func TestOutputsAsTheyCome(t *testing.T) {
	t.Parallel()
	eachLevel(t, 1, func(t *testing.T, w *sandbox.Wall) {
		s := newScratch(t, w)
		var seen strings.Builder
		step := shell(s, "echo one; echo two >&2; echo three")
		step.MergeStderr, step.OnOutput = true, func(b []byte) { seen.Write(b) }
		r := mustRun(t, w, step)
		if want := "one\ntwo\nthree\n"; string(r.Stdout) != want || seen.String() != want || len(r.Stderr) != 0 {
			t.Errorf("%+v, seen %q", r, seen.String())
		}
		step = shell(s, "head -c 100 /dev/zero | tr '\\0' x; sleep 10")
		step.Limits.Output = 40
		if r := mustRun(t, w, step); string(r.Stdout) != strings.Repeat("x", 40) || r.Limit != sandbox.LimitOutput {
			t.Errorf("%+v", r)
		}
	})
}

func TestCrossedPipes(t *testing.T) {
	t.Parallel()
	eachLevel(t, 2, func(t *testing.T, w *sandbox.Wall) {
		upR, upW := pipe(t)
		downR, downW := pipe(t)
		driver, student := shell(newScratch(t, w), "echo question; read a; echo got $a >&2"), shell(newScratch(t, w), "read q; echo answer to $q")
		driver.Stdin, driver.Stdout = upR, downW
		student.Stdin, student.Stdout = downR, upW
		a, err := w.Start(t.Context(), driver)
		if err != nil {
			t.Fatal(err)
		}
		b, err := w.Start(t.Context(), student)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range []*os.File{upR, upW, downR, downW} {
			f.Close()
		}
		ra, err1 := a.Wait()
		rb, err2 := b.Wait()
		if errors.Join(err1, err2) != nil || string(ra.Stderr) != "got answer to question\n" || rb.Exit != 0 {
			t.Errorf("%+v %v, %+v %v", ra, err1, rb, err2)
		}
	})
}

func pipe(t *testing.T) (r, w *os.File) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	return r, w
}

func TestKillAndCancel(t *testing.T) {
	t.Parallel()
	eachLevel(t, 1, func(t *testing.T, w *sandbox.Wall) {
		s := newScratch(t, w)
		p, err := w.Start(t.Context(), shell(s, "sleep 60"))
		if err != nil {
			t.Fatal(err)
		}
		if err := s.WriteFile("late", nil, 0); schema.CodeOf(err) != schema.CodeConflict {
			t.Errorf("wrote into a step's scratch: %v", err)
		}
		if err := s.Remove(); schema.CodeOf(err) != schema.CodeConflict {
			t.Errorf("removed a step's scratch: %v", err)
		}
		p.Kill()
		p.Kill()
		if r, err := p.Wait(); err != nil || !r.Killed || r.Limit != "" || r.Wall > 30*time.Second {
			t.Errorf("%+v, %v", r, err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		step := shell(s, "echo up; sleep 60")
		step.OnOutput = func([]byte) { cancel() }
		if r, err := w.Run(ctx, step); err != nil || !r.Killed {
			t.Errorf("%+v, %v", r, err)
		}
	})
}

func TestStdin(t *testing.T) {
	t.Parallel()
	eachLevel(t, 1, func(t *testing.T, w *sandbox.Wall) {
		s := newScratch(t, w)
		if r := mustRun(t, w, shell(s, "cat; echo end")); string(r.Stdout) != "end\n" {
			t.Errorf("without standard input: %+v", r)
		}
		f, err := os.CreateTemp(t.TempDir(), "")
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if _, err := io.WriteString(f, "secret of the runner"); err != nil {
			t.Fatal(err)
		}
		if _, err := f.Seek(0, io.SeekStart); err != nil {
			t.Fatal(err)
		}
		step := shell(s, "cat")
		step.Stdin = f
		if r := mustRun(t, w, step); string(r.Stdout) != "secret of the runner" {
			t.Errorf("%+v", r)
		}
	})
}

func TestWallsHaveDifferentUIDs(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		t.Skip("uids need root")
	}
	a, b := openAt(t, sandbox.LevelUID, 1), openAt(t, sandbox.LevelUID, 1)
	ra, rb := mustRun(t, a, shell(newScratch(t, a), "id -u")), mustRun(t, b, shell(newScratch(t, b), "id -u"))
	if string(ra.Stdout) == string(rb.Stdout) || len(ra.Stdout) < 10 {
		t.Errorf("uids %q and %q", ra.Stdout, rb.Stdout)
	}
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	if _, err := sandbox.Open(t.Context(), sandbox.Options{Dir: wallDir(t), Level: "weak"}); schema.CodeOf(err) != schema.CodeUnavailable {
		t.Errorf("level weak: %v", err)
	}
	if os.Getuid() != 0 {
		return
	}
	// Other users cannot reach t.TempDir.
	if _, err := sandbox.Open(t.Context(), sandbox.Options{Dir: t.TempDir()}); schema.CodeOf(err) != schema.CodeInvalid {
		t.Errorf("a directory that steps cannot reach: %v", err)
	}
	if _, err := sandbox.Open(t.Context(), sandbox.Options{Dir: wallDir(t), Slots: 99}); schema.CodeOf(err) != schema.CodeInvalid {
		t.Errorf("99 slots: %v", err)
	}
}

// TestOrphansDoNotFillTheLimit checks that the wall or the namespace's first process waits for dead orphans. They count
// towards the limit until then.
func TestOrphansDoNotFillTheLimit(t *testing.T) {
	t.Parallel()
	const script = "n=0; while [ $n -lt 40 ]; do for i in 1 2 3 4 5 6 7 8 9 10; do (true &); done; sleep 0.05; n=$((n+1)); done; echo all"
	eachLevel(t, 1, func(t *testing.T, w *sandbox.Wall) {
		step := shell(newScratch(t, w), script)
		step.Limits.Processes = 200
		r, err := w.Run(t.Context(), step)
		if err != nil || string(r.Stdout) != "all\n" || len(r.Stderr) > 0 {
			t.Errorf("%q %q %+v %v", r.Stdout, r.Stderr, r, err)
		}
	})
}
