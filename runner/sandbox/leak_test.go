package sandbox_test

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"

	"github.com/grader/grader/runner/sandbox"
)

// stepsEnv is the variable with the number of consecutive steps that must not leak.
const stepsEnv = "GRADER_STEPS"

// stepsInARow returns the value of stepsEnv, or a number that is fast enough for an ordinary test.
func stepsInARow(t *testing.T) int {
	t.Helper()
	text := os.Getenv(stepsEnv)
	if text == "" {
		return 200
	}
	steps, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("%s: %v", stepsEnv, err)
	}
	return steps
}

func TestStepsLeakNothing(t *testing.T) {
	eachLevelInTurn(t, func(t *testing.T, w *sandbox.Wall) {
		steps := stepsInARow(t)
		uids := stepUIDs(t, w)
		s := newScratch(t, w)
		dir := filepath.Dir(filepath.Dir(s.Path()))
		nothing := look(t, w, uids)
		run := func() {
			s := newScratch(t, w)
			step := shell(s, "(sleep 100 &) ; echo x >f")
			step.Limits = usual()
			if r := mustRun(t, w, step); r.Exit != 0 || r.Limit != "" {
				t.Fatalf("%+v", r)
			}
			if err := s.Remove(); err != nil {
				t.Fatal(err)
			}
		}
		for range 20 {
			run() // lets the initial growth happen
		}
		before := footprint(t, dir)
		for range steps {
			run()
		}
		after := footprint(t, dir)
		if left := look(t, w, uids).left(nothing); len(left) > 0 {
			t.Errorf("left: %v", left)
		}
		if after.files > before.files {
			t.Errorf("scratch directories: before %d, after %d", before.files, after.files)
		}
		t.Logf("%d steps: before %+v, after %+v", steps, before, after)
		if after.descriptors > before.descriptors || after.goroutines > before.goroutines+2 || after.threads > before.threads+4 {
			t.Errorf("before %+v, after %+v", before, after)
		}
		if after.resident > before.resident+(16<<20) {
			t.Errorf("the resident memory grew from %d to %d bytes", before.resident, after.resident)
		}
		if after.heap > before.heap+(1<<20) {
			t.Errorf("the heap grew from %d to %d bytes", before.heap, after.heap)
		}
	})
}

// eachLevelInTurn runs a test that examines the whole process.
func eachLevelInTurn(t *testing.T, test func(t *testing.T, w *sandbox.Wall)) {
	for _, level := range []sandbox.Level{sandbox.LevelNamespace, sandbox.LevelUID} {
		t.Run(string(level), func(t *testing.T) { test(t, openAt(t, level, 1)) })
	}
}

type usage struct {
	descriptors, goroutines, threads, files int
	heap, resident                          uint64
}

func footprint(t *testing.T, dir string) usage {
	t.Helper()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return usage{descriptors: entries(t, "/proc/self/fd"), goroutines: runtime.NumGoroutine(), threads: entries(t, "/proc/self/task"), files: entries(t, dir), heap: m.HeapAlloc, resident: residentBytes(t)}
}

func entries(t *testing.T, dir string) int {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	return len(list)
}

func residentBytes(t *testing.T) uint64 {
	t.Helper()
	b, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Fatal(err)
	}
	var size, resident uint64
	if _, err := fmt.Sscan(string(b), &size, &resident); err != nil {
		t.Fatal(err)
	}
	return resident * uint64(os.Getpagesize())
}
