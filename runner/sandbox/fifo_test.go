package sandbox_test

import (
	"io"
	"testing"

	"github.com/grader/grader/runner/sandbox"
	"github.com/grader/grader/schema"
)

func TestScratchPipe(t *testing.T) {
	t.Parallel()
	eachLevel(t, 1, func(t *testing.T, w *sandbox.Wall) {
		s := newScratch(t, w)
		r, keep, err := s.Pipe("out")
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		run := mustRun(t, w, sandbox.Step{Argv: []string{"sh", "-c", "echo hello > out"}, Dir: s.Path(), Write: []*sandbox.Scratch{s}, Env: []string{"PATH=/usr/bin:/bin"}})
		if run.Exit != 0 {
			t.Fatalf("%+v", run)
		}
		keep.Close()
		if said, err := io.ReadAll(r); err != nil || string(said) != "hello\n" {
			t.Errorf("%q, %v", said, err)
		}
		for _, name := range []string{"../out", "", "a\x00b"} {
			if _, _, err := s.Pipe(name); schema.CodeOf(err) != schema.CodeInvalid {
				t.Errorf("%q: %v", name, err)
			}
		}
	})
}
