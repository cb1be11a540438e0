package sandbox

import (
	"os"
	"testing"
)

// A step at its memory limit had the runner killed in its place: the slot's thread,
// which is in the step's memory group, was the process's first one by chance.
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
