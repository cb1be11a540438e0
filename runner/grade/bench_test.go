package grade_test

import (
	"context"
	"testing"
	"time"

	"github.com/grader/grader/runner/grade"
	"github.com/grader/grader/runner/sandbox"
	"github.com/grader/grader/schema"
)

// BenchmarkVerdict grades a trivial C assignment and reports how much time the engine and the wall
// add to compiling and running.
func BenchmarkVerdict(b *testing.B) {
	need(b, "gcc")
	for _, level := range []sandbox.Level{sandbox.LevelNamespace, sandbox.LevelUID} {
		b.Run(string(level), func(b *testing.B) {
			g := newGraderAt(b, level)
			tests := adder.write(b)
			job := grade.Job{Kind: schema.JobGrade, Tests: tests, Submission: files{"add.c": rightAdder}.write(b), Pins: &schema.Pins{}}
			var overhead time.Duration
			for b.Loop() {
				start := time.Now()
				r, err := g.Grade(context.Background(), job, nil)
				if err != nil {
					b.Fatal(err)
				}
				all := time.Since(start) - r.Build.Duration
				for _, t := range r.Tests {
					all -= t.Wall
				}
				overhead += all
			}
			b.ReportMetric(float64(overhead.Microseconds())/1000/float64(b.N), "overhead-ms/op")
		})
	}
}
