package grade

import (
	"syscall"
	"testing"

	"github.com/grader/grader/runner/sandbox"
)

// TestBrokenPipe recognises a driver that crashed because it wrote to a program that had ended. The student once read that the
// driver did not understand the output.
func TestBrokenPipe(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		run  sandbox.Result
		want bool
	}{
		"SIGPIPE":         {sandbox.Result{Signal: syscall.SIGPIPE}, true},
		"Python":          {sandbox.Result{Exit: 1, Stderr: []byte("Traceback\nBrokenPipeError: [Errno 32] Broken pipe\n")}, true},
		"another crash":   {sandbox.Result{Exit: 1, Stderr: []byte("ValueError\n")}, false},
		"another signal":  {sandbox.Result{Signal: syscall.SIGSEGV}, false},
		"a good end":      {sandbox.Result{}, false},
		"words, good end": {sandbox.Result{Stderr: []byte("BrokenPipeError\n")}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := brokenPipe(test.run); got != test.want {
				t.Errorf("%v", got)
			}
		})
	}
}
