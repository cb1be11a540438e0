package sandbox

import (
	"os"
	"sync"
	"syscall"
	"testing"

	"github.com/grader/grader/runner/sandbox/stage"
)

// TestStageServesAnotherLevel checks that a stage started for level namespace also serves level uid. A
// wall tries level namespace first, even on a machine without namespaces.
func TestStageServesAnotherLevel(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		t.Skip("level uid needs root")
	}
	f := startForker(false, t.TempDir())
	w := &Wall{abi: stage.LandlockABI()}
	for _, w.level = range levels() {
		if err := f.ready(w, ""); err != nil {
			t.Fatal(err)
		}
	}
	rules, err := f.starter.rules.ruleset(nil)
	if err != nil {
		t.Fatal(err)
	}
	closeFD(rules)
	if err := f.stop(); err != nil {
		t.Error(err)
	}
}

// TestStagesStartTogether checks that many stages that start at once on a busy machine all start: none may
// wait for the scheduler of Go's runtime.
func TestStagesStartTogether(t *testing.T) {
	t.Parallel()
	var all sync.WaitGroup
	for range 40 {
		all.Go(func() {
			for range 20 {
				s, err := newStarter(func(*syscall.SysProcAttr) {})
				if err != nil {
					t.Error(err)
					return
				}
				if err := s.stop(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
}
