package nomadtest_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/grader/grader/nomad/nomadtest"
)

// recorder is a test that records why it failed.
type recorder struct {
	testing.TB
	fatal chan string
}

func (r recorder) Helper() {}

func (r recorder) Fatalf(format string, args ...any) { r.fatal <- fmt.Sprintf(format, args...) }

func (r recorder) Context() context.Context { return context.Background() }

// TestOutputOfAFailedCommand checks that a failed command is reported with its name and all of its
// output.
func TestOutputOfAFailedCommand(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ command, want string }{
		"it complains":    {"echo on its way; echo 'cannot connect to the daemon' >&2; exit 3", "exit status 3\non its way\ncannot connect to the daemon\n"},
		"it says nothing": {"exit 1", "exit status 1\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := recorder{TB: t, fatal: make(chan string, 1)}
			nomadtest.Output(r, "sh", "-c", c.command)
			got := <-r.fatal
			if !strings.HasPrefix(got, "sh -c ") || !strings.HasSuffix(got, c.want) {
				t.Errorf("the test ends with %q; want the command and %q", got, c.want)
			}
		})
	}
	if got := nomadtest.Output(t, "sh", "-c", "echo fine; echo noise >&2"); got != "fine" {
		t.Errorf("the output is %q", got)
	}
}
