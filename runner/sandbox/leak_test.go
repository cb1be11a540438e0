package sandbox_test

import (
	"os"
	"runtime"
	"testing"

	"github.com/grader/grader/runner/sandbox"
)

// manySteps is how many steps in a row must leak nothing.
const manySteps = 500

func TestStepsLeakNothing(t *testing.T) {
	eachLevelInTurn(t, func(t *testing.T, w *sandbox.Wall) {
		steps := manySteps
		if testing.Short() {
			steps = 50
		}
		run := func() {
			s := newScratch(t, w)
			step := shell(s, "(sleep 100 &) ; echo x >f")
			step.Limits = usual()
			if r := mustRun(t, w, step); r.Exit != 0 || r.Limit != "" {
				t.Fatalf("%+v", r)
			}
			if left := survivors(t, s); len(left) > 0 {
				t.Fatalf("left: %v", left)
			}
			if err := s.Remove(); err != nil {
				t.Fatal(err)
			}
		}
		for range 20 {
			run() // whatever grows at first
		}
		before := footprint(t)
		for range steps {
			run()
		}
		after := footprint(t)
		if after.descriptors > before.descriptors || after.goroutines > before.goroutines+2 || after.threads > before.threads+4 {
			t.Errorf("before %+v, after %+v", before, after)
		}
		if after.heap > before.heap+(1<<20) {
			t.Errorf("the heap grew from %d to %d bytes", before.heap, after.heap)
		}
	})
}

// eachLevelInTurn runs a test that looks at the whole process.
func eachLevelInTurn(t *testing.T, test func(t *testing.T, w *sandbox.Wall)) {
	for _, level := range []sandbox.Level{sandbox.LevelNamespace, sandbox.LevelUID} {
		t.Run(string(level), func(t *testing.T) { test(t, openAt(t, level, 1)) })
	}
}

type usage struct {
	descriptors, goroutines, threads int
	heap                             uint64
}

func footprint(t *testing.T) usage {
	t.Helper()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return usage{descriptors: entries(t, "/proc/self/fd"), goroutines: runtime.NumGoroutine(), threads: entries(t, "/proc/self/task"), heap: m.HeapAlloc}
}

func entries(t *testing.T, dir string) int {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	return len(list)
}
