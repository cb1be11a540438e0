package sandbox

import (
	"os"
	"testing"
)

// TestSlotsDoNotUseTheFirstThread checks that a slot's thread, which is in the step's memory group, is not the first thread of
// the process. Otherwise the kernel may kill the runner when a step reaches its memory limit.
func TestSlotsDoNotUseTheFirstThread(t *testing.T) {
	for range 200 {
		f := startForker(true, t.TempDir())
		if f.thread == os.Getpid() {
			t.Error("the process itself is in the memory group of a step")
		}
		if err := f.stop(); err != nil {
			t.Fatal(err)
		}
	}
}
