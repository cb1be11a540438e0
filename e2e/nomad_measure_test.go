package e2e

import (
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/grader/grader/nomad/nomadtest"
)

// TestNomadMeasureFirstLine says how long a push takes until the build's first line, with
// a warm runner, on Nomad and on this machine. It judges nothing: NOMAD_MEASURE=20 says
// how many pushes each.
func TestNomadMeasureFirstLine(t *testing.T) {
	pushes := int(number(t, "NOMAD_MEASURE", 0))
	if pushes == 0 {
		t.Skip("NOMAD_MEASURE is not set")
	}
	agent := nomadtest.Start(t, "n1", nomadtest.Role{})
	agent.AwaitClients(1)
	cluster := newField(t, agent, 2, 3, "alice")
	config := t.TempDir() + "/grader.yaml"
	check(t, os.WriteFile(config, []byte("flavours:\n  standard: {cpu: 0.5, memory: 128MiB, scratch: 64MiB, processes: 64, warm: 2, max: 3}\n"), 0o600))
	local := &field{classroom: (&classroom{t: t, config: config}).open("alice")}
	took := map[string][]time.Duration{}
	for n := range pushes { // in turns, so that both have the same machine
		took["local"] = append(took["local"], local.firstLine(n))
		took["nomad"] = append(took["nomad"], cluster.firstLine(n))
	}
	for name, all := range took {
		slices.Sort(all)
		t.Logf("%s: median %v, of %d from %v to %v", name, all[len(all)/2], len(all), all[0], all[len(all)-1])
	}
}

// firstLine pushes while a runner is ready, and returns when the build said something.
func (f *field) firstLine(n int) time.Duration {
	f.t.Helper()
	if n == 0 {
		f.setTests("title: Patience\nsolution: solution/\nbuild: [{run: \"echo building\"}]\ntests:\n  - {name: answers, run: \"sh work.sh\", stdout: \"right\\n\"}\n")
	}
	f.work("alice", fmt.Sprint("# ", n), "right")
	eventually(f.t, "a runner is ready", func() bool { return f.pool().Ready >= 2 })
	began := time.Now()
	l := f.push("alice")
	l.await("| building")
	took := time.Since(began)
	l.end()
	return took
}
