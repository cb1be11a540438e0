package sandbox_test

import (
	"os/exec"
	"testing"

	"github.com/grader/grader/runner/sandbox"
)

// BenchmarkStep measures what a step costs at each level, against bare fork and exec.
func BenchmarkStep(b *testing.B) {
	b.Run("bare", func(b *testing.B) {
		for b.Loop() {
			if err := exec.Command("/bin/true").Run(); err != nil {
				b.Fatal(err)
			}
		}
	})
	for _, level := range []sandbox.Level{sandbox.LevelUID, sandbox.LevelNamespace} {
		b.Run(string(level), func(b *testing.B) {
			w := openAt(b, level, 1)
			s, err := w.NewScratch()
			if err != nil {
				b.Fatal(err)
			}
			step := sandbox.Step{Argv: []string{"/bin/true"}, Dir: s.Path(), Write: []*sandbox.Scratch{s}}
			for b.Loop() {
				if _, err := w.Run(b.Context(), step); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
