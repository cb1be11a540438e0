package sandbox

import (
	"os"
	"testing"
)

func TestDescends(t *testing.T) {
	t.Parallel()
	own, parent := os.Getpid(), os.Getppid()
	if !descends(own, own) || !descends(own, parent) {
		t.Error("this process is not its parent's")
	}
	const nobody = 1<<22 + 1 // above all process ids
	if descends(parent, own) || descends(1, own) || descends(nobody, own) {
		t.Error("a stranger is this process's")
	}
}
