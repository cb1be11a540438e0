package sandbox_test

import (
	"os"
	"strings"
	"testing"

	"github.com/grader/grader/runner/sandbox"
)

func TestProbeNamesRemedies(t *testing.T) {
	t.Parallel()
	r := sandbox.Probe(t.Context())
	t.Logf("%s", strings.Join(r.Findings, "\n"))
	if r.Best != sandbox.LevelNamespace || r.Kernel == "" || r.Landlock == 0 {
		t.Errorf("%+v", r)
	}
	if r.InMemory != inMemory(os.TempDir()) {
		t.Errorf("scratch in memory: %t", r.InMemory)
	}
	for _, l := range r.Levels {
		works := l.Level == sandbox.LevelNamespace || os.Getuid() == 0
		if l.Works != works || !works && (l.Failed == "" || l.Remedy == "") {
			t.Errorf("%+v", l)
		}
	}
}
