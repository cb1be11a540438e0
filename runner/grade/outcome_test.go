package grade

import (
	"strings"
	"syscall"
	"testing"

	"github.com/grader/grader/runner/sandbox"
	"github.com/grader/grader/schema"
)

// TestJavaWithoutThreads checks the message about a process limit, which Java reports as a lack of memory.
func TestJavaWithoutThreads(t *testing.T) {
	t.Parallel()
	limits := sandbox.Limits{Processes: 128, Memory: 384 << 20}
	said := "Exception in thread \"main\" java.lang.OutOfMemoryError: unable to create native thread: possibly out of memory or process/resource limits reached\n"
	e := endingOf(sandbox.Result{Exit: 1, Stderr: []byte(said)}, limits, expectation{}, false)
	if e.outcome != schema.OutcomeCrashed || !strings.Contains(e.message, "the limit is 128 processes and threads") {
		t.Errorf("without threads: %s, %q", e.outcome, e.message)
	}
	said = "Exception in thread \"main\" java.lang.OutOfMemoryError: Java heap space\n"
	e = endingOf(sandbox.Result{Exit: 1, Stderr: []byte(said)}, limits, expectation{}, false)
	if e.outcome != schema.OutcomeMemoryLimit || !strings.Contains(e.message, "the Java heap is full") {
		t.Errorf("without heap: %s, %q", e.outcome, e.message)
	}
}

// TestEndlessRecursionIsNamed checks that the message explains the segmentation fault of a program whose stack fills its memory.
func TestEndlessRecursionIsNamed(t *testing.T) {
	t.Parallel()
	limits := sandbox.Limits{Memory: 256 << 20}
	for memory, words := range map[int64]bool{250 << 20: true, 10 << 20: false} {
		e := endingOf(sandbox.Result{Signal: syscall.SIGSEGV, Memory: memory}, limits, expectation{}, false)
		if e.outcome != schema.OutcomeCrashed || e.signal != "SIGSEGV" || strings.Contains(e.message, "does it recurse without end?") != words {
			t.Errorf("%d MiB: %+v", memory>>20, e)
		}
	}
}
