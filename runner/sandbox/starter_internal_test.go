package sandbox

import (
	"os"
	"sync"
	"syscall"
	"testing"

	"github.com/grader/grader/runner/sandbox/stage"
)

// Where a machine lacks namespaces, level namespace is tried first, and level uid then has the same stage.
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

// Many stages that start at once on a busy machine all start: none waits for the scheduler of Go's runtime.
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
