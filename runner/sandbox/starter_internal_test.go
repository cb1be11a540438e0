package sandbox

import (
	"sync"
	"syscall"
	"testing"
)

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
