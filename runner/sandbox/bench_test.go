package sandbox_test

import (
	"os/exec"
	"slices"
	"testing"
	"time"

	"github.com/grader/grader/runner/sandbox"
)

// BenchmarkStep measures the cost of a step at each level, compared with a bare fork and exec.
func BenchmarkStep(b *testing.B) {
	b.Run("bare", func(b *testing.B) {
		median(b, func() error { return exec.Command("/bin/true").Run() })
	})
	for _, level := range []sandbox.Level{sandbox.LevelUID, sandbox.LevelNamespace} {
		b.Run(string(level), func(b *testing.B) {
			w := openAt(b, level, 1)
			s := newScratch(b, w)
			step := sandbox.Step{Argv: []string{"/bin/true"}, Dir: s.Path(), Write: []*sandbox.Scratch{s}, Limits: usual()}
			median(b, func() error {
				_, err := w.Run(b.Context(), step)
				return err
			})
		})
	}
}

// median runs f b.N times and reports the median and the 99th percentile, which a
// busy machine disturbs less than the mean.
func median(b *testing.B, f func() error) {
	var took []time.Duration
	for b.Loop() {
		begun := time.Now()
		if err := f(); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(begun))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds()), "µs/median")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "µs/p99")
}
