package sandbox_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/grader/grader/runner/sandbox"
	"github.com/grader/grader/schema"
)

func TestScratchRefusesNamesThatLeaveIt(t *testing.T) {
	t.Parallel()
	w := openAt(t, sandbox.LevelNamespace, 1)
	s, outside := newScratch(t, w), t.TempDir()
	if err := s.Symlink(outside, "link"); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"", ".", "..", "../x", "a/../../x", "/x", "link/x", "a\x00b", strings.Repeat("n", 300)} {
		if err := s.WriteFile(name, []byte("x"), 0); schema.CodeOf(err) != schema.CodeInvalid {
			t.Errorf("write %q: %v", name, err)
		}
		if _, err := s.ReadFile(name, 10); schema.CodeOf(err) != schema.CodeInvalid {
			t.Errorf("read %q: %v", name, err)
		}
	}
	if list, err := os.ReadDir(outside); err != nil || len(list) != 0 {
		t.Errorf("outside: %v, %v", list, err)
	}
	if _, err := s.ReadFile("none", 10); schema.CodeOf(err) != schema.CodeNotFound {
		t.Errorf("missing: %v", err)
	}
}

func TestScratchFillsAndReads(t *testing.T) {
	t.Parallel()
	w := openAt(t, sandbox.LevelNamespace, 1)
	s := newScratch(t, w)
	src := filepath.Join(t.TempDir(), "src")
	if err := os.WriteFile(src, []byte("copied"), 0o600); err != nil {
		t.Fatal(err)
	}
	err := errors.Join(s.Mkdir("a/b"), s.WriteFile("a/b/c", []byte("first"), 0), s.WriteFile("a/b/c", []byte("second"), 0o755), s.CopyIn("d/e", src, 0, sandbox.StampObject))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"a/b/c": "second", "d/e": "copied"} {
		if data, err := s.ReadFile(name, 100); err != nil || string(data) != want {
			t.Errorf("%s: %q, %v", name, data, err)
		}
	}
	if data, err := s.ReadFile("d/e", 3); schema.CodeOf(err) != schema.CodeLimit || string(data) != "cop" {
		t.Errorf("too long: %q, %v", data, err)
	}
	if info, err := os.Stat(filepath.Join(s.Path(), "a/b/c")); err != nil || info.Mode().Perm()&0o111 == 0 {
		t.Errorf("mode: %v, %v", info, err)
	}
}

func TestCopyOutKeepsItsCaps(t *testing.T) {
	t.Parallel()
	w := openAt(t, sandbox.LevelNamespace, 1)
	s := newScratch(t, w)
	err := errors.Join(s.WriteFile("a", []byte("12345"), 0o700), s.WriteFile("b/c", []byte("67890"), 0), s.WriteFile("d/e/f", nil, 0))
	if err != nil {
		t.Fatal(err)
	}
	for _, caps := range []sandbox.Caps{{Files: 2}, {Bytes: 9}} {
		if _, err := s.CopyOut(t.TempDir(), caps); schema.CodeOf(err) != schema.CodeLimit {
			t.Errorf("%+v: %v", caps, err)
		}
	}
	out := t.TempDir()
	skipped, err := s.CopyOut(out, sandbox.Caps{Files: 3, Bytes: 10, Depth: 1})
	if err != nil || len(skipped) != 1 || skipped[0].Name != "d/e/f" {
		t.Fatalf("skipped %v, %v", skipped, err)
	}
	if info, err := os.Stat(filepath.Join(out, "a")); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("execute bit: %v, %v", info, err)
	}
	if data, err := os.ReadFile(filepath.Join(out, "b/c")); err != nil || string(data) != "67890" {
		t.Errorf("b/c: %q, %v", data, err)
	}
}

func TestSealedScratchIsReadOnly(t *testing.T) {
	t.Parallel()
	eachLevel(t, 1, func(t *testing.T, w *sandbox.Wall) {
		sealed, s := newScratch(t, w), newScratch(t, w)
		err := errors.Join(sealed.WriteFile("dir/tool", []byte("#!/bin/sh\necho tool\n"), 0o700), sealed.WriteFile("data", []byte("data"), 0), sealed.Seal(), sealed.Seal())
		if err != nil {
			t.Fatal(err)
		}
		if err := sealed.WriteFile("late", nil, 0); schema.CodeOf(err) != schema.CodeConflict {
			t.Errorf("wrote into a sealed scratch: %v", err)
		}
		step := shell(s, "cd "+sealed.Path()+` || exit; dir/tool; cat data; for f in data dir/new new; do (echo x >$f) 2>/dev/null && echo wrote $f; done
			rm -f data && echo removed; chmod 777 data 2>/dev/null && echo opened; true`)
		if r := mustRun(t, w, step); strings.Contains(string(r.Stdout), "tool\n") {
			t.Errorf("read what was not named: %q", r.Stdout)
		}
		step.Read = []string{sealed.Path()}
		if r := mustRun(t, w, step); string(r.Stdout) != "tool\ndata" {
			t.Errorf("%q %q", r.Stdout, r.Stderr)
		}
		step.Write = []*sandbox.Scratch{sealed}
		if _, err := w.Run(t.Context(), step); schema.CodeOf(err) != schema.CodeConflict {
			t.Errorf("owned a sealed scratch: %v", err)
		}
	})
}

func TestScratchGoesFromStepToStep(t *testing.T) {
	t.Parallel()
	eachLevel(t, 2, func(t *testing.T, w *sandbox.Wall) {
		s, other := newScratch(t, w), newScratch(t, w)
		mustRun(t, w, shell(s, "mkdir -p a/b && echo one >a/b/c && chmod 0 a/b/c"))
		blocker, err := w.Start(t.Context(), shell(other, "sleep 60")) // may take the slot of the first step
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			blocker.Kill()
			if _, err := blocker.Wait(); err != nil {
				t.Error(err)
			}
		}()
		if err := s.WriteFile("d", []byte("two\n"), 0); err != nil {
			t.Fatal(err)
		}
		r := mustRun(t, w, shell(s, "chmod 600 a/b/c && cat a/b/c d && echo three >>d && rm -r a && ls"))
		if string(r.Stdout) != "one\ntwo\nd\n" || r.Exit != 0 {
			t.Errorf("%+v\n%s", r, r.Stderr)
		}
		if data, err := s.ReadFile("d", 100); err != nil || string(data) != "two\nthree\n" {
			t.Errorf("d: %q, %v", data, err)
		}
	})
}

func TestDiscardedDirectoriesAreRemoved(t *testing.T) {
	t.Parallel()
	for _, level := range []sandbox.Level{sandbox.LevelUID, sandbox.LevelNamespace} {
		t.Run(string(level), func(t *testing.T) {
			t.Parallel()
			w := openAt(t, level, 1)
			var dirs []string
			for range 40 {
				s := newScratch(t, w)
				dirs = append(dirs, filepath.Dir(s.Path()))
				r, err := w.Run(t.Context(), shell(s, "mkdir -p a/b && chmod 0 a/b && touch x && chmod 0 . && echo done"))
				if err != nil || r.Exit != 0 {
					t.Fatalf("%+v, %v", r, err)
				}
				s.Discard()
			}
			w.AwaitRemovals()
			for _, dir := range dirs {
				if _, err := os.Lstat(dir); !errors.Is(err, os.ErrNotExist) {
					t.Errorf("%s: %v", dir, err)
				}
			}
		})
	}
}

func TestDiscardedDirectoryRunsNoStep(t *testing.T) {
	t.Parallel()
	w := openAt(t, sandbox.LevelNamespace, 1)
	s := newScratch(t, w)
	s.Discard()
	w.AwaitRemovals()
	if _, err := w.Run(t.Context(), shell(s, "true")); schema.CodeOf(err) != schema.CodeConflict {
		t.Errorf("run: %v", err)
	}
	if err := s.WriteFile("x", nil, 0); schema.CodeOf(err) != schema.CodeConflict {
		t.Errorf("write: %v", err)
	}
}
