package grade

import (
	"testing"

	"github.com/grader/grader/runner/sandbox"
)

func TestStderrLeavesOutKillNotice(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		limit      sandbox.Limit
		said, want string
	}{
		"dash":                      {sandbox.LimitMemory, "Killed\n", ""},
		"behind the program's own":  {sandbox.LimitMemory, "loading\nKilled\n", "loading"},
		"bash":                      {sandbox.LimitCPU, "a\nrun.sh: line 3:  4711 Killed                  ./program\n", "a"},
		"a word in the output":      {sandbox.LimitMemory, "Killed\nmore\n", "Killed\nmore\n"},
		"another word":              {sandbox.LimitMemory, "not Killed\n", "not Killed\n"},
		"no limit was met":          {"", "Killed\n", "Killed\n"},
		"the shell did not live on": {sandbox.LimitMemory, "", ""},
	} {
		if got := stderrOf(sandbox.Result{Limit: c.limit, Stderr: []byte(c.said)}); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
