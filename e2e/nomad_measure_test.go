package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/grader/grader/nomad/nomadtest"
)

// TestNomadMeasureFirstLine logs the time from a push to the build's first line with a warm
// runner: on Nomad, and on this machine with the sandbox level of a container and with a
// stronger level. It asserts nothing. NOMAD_MEASURE is the number of pushes for each.
func TestNomadMeasureFirstLine(t *testing.T) {
	pushes := int(number(t, "NOMAD_MEASURE", 0))
	if pushes == 0 {
		t.Skip("NOMAD_MEASURE is not set")
	}
	agent := nomadtest.Start(t, "n1", nomadtest.Role{})
	agent.AwaitClients(1)
	cluster := newField(t, agent, 2, 3, "alice")
	fields := map[string]*field{
		"nomad, uid": cluster, "local, namespace": localField(t, ""), "local, uid": localField(t, withoutBubblewrap(t)),
	}
	took := map[string][]time.Duration{}
	for n := range pushes { // alternate, so that the machine's load affects all equally
		for name, f := range fields {
			_, wall, _ := strings.Cut(name, ", ")
			took[name] = append(took[name], f.firstLine(n, wall))
		}
	}
	for name, all := range took {
		slices.Sort(all)
		t.Logf("%s: median %v, of %d from %v to %v", name, all[len(all)/2], len(all), all[0], all[len(all)-1])
	}
}

// localField is a classroom whose runners are processes of this machine.
func localField(t *testing.T, bin string) *field {
	t.Helper()
	config := filepath.Join(t.TempDir(), "grader.yaml")
	check(t, os.WriteFile(config, []byte("flavours:\n  standard: {cpu: 0.5, memory: 128MiB, scratch: 64MiB, processes: 64, warm: 2, max: 3}\n"), 0o600))
	return &field{classroom: (&classroom{t: t, config: config, bin: bin}).open("alice")}
}

// withoutBubblewrap returns a directory with a grader that cannot use bubblewrap, so that its
// sandbox has the level uid.
func withoutBubblewrap(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	script := fmt.Sprintf("#!/bin/sh\nexec unshare --mount sh -c 'mount --bind /dev/null /usr/bin/bwrap && exec %s/grader \"$@\"' sh \"$@\"\n", bin)
	check(t, os.WriteFile(filepath.Join(dir, "grader"), []byte(script), 0o755))
	return dir
}

// firstLine pushes while a runner is ready, and returns the time until the build's first line.
func (f *field) firstLine(n int, wall string) time.Duration {
	f.t.Helper()
	if n == 0 {
		f.setTests("title: Patience\nsolution: solution/\nbuild: [{run: \"echo building\"}]\ntests:\n  - {name: answers, run: \"sh work.sh\", stdout: \"right\\n\"}\n")
	}
	f.work("alice", fmt.Sprint("# ", n), "right")
	eventually(f.t, "a runner is ready", func() bool { return f.pool().Ready >= 2 })
	if said := f.admin("runners", "--json"); !told(said, `"wall": "`+wall) {
		f.t.Errorf("the wall is not that of the level %s: %s", wall, said)
	}
	began := time.Now()
	l := f.push("alice")
	l.await("| building")
	took := time.Since(began)
	l.end()
	return took
}
