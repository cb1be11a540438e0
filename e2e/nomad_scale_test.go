package e2e

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/grader/grader/nomad/nomadtest"
)

// More pushes than runners start allocations, up to the maximum. Once the pushes are graded,
// all allocations except the warm one stop.
func TestNomadScalesUpUnderLoadAndDownAfter(t *testing.T) {
	agent := nomadtest.Start(t, "n1", nomadtest.Role{})
	agent.AwaitClients(1)
	students := []string{"alice", "bob", "carol", "dave", "erin", "frank"}
	f := layField(t, agent, 1, 3)
	f.cooldown = 3 * time.Second
	f.cpu = 0.2
	f.configure()
	f.open(students...)
	eventually(t, "one is warm", func() bool { return f.pool().Ready == 1 && len(f.living()) == 1 })

	var pushes []*live
	held := newPause()
	for _, login := range students {
		f.work(login, held.line(), "right")
		pushes = append(pushes, f.push(login))
	}
	eventually(t, "three grade at once, each in an allocation of its own", func() bool { return f.pool().Busy == 3 && len(f.living()) >= 3 })
	if p := f.pool(); p.Wanted != 3 || !told(p.Reason, "→ 3 runners:") {
		t.Errorf("%d are wanted: %s", p.Wanted, p.Reason)
	}
	held.end(t, 3)
	held.end(t, 3) // the other three
	for _, l := range pushes {
		f.verdict(l)
	}
	eventually(t, "one is left", func() bool {
		p := f.pool()
		return p.Wanted == 1 && p.Ready == 1 && p.Busy == 0 && len(f.living()) == 1
	})
	if p := f.pool(); !told(p.Reason, "→ 1 runner: nothing waits") {
		t.Errorf("explained %q", p.Reason)
	}
	var on []string
	for _, login := range students {
		f.graded(login, 1)
		ended, _ := f.runnersOf(login) // leaves out a runner that claimed the job while it was being retired and returned it
		on = append(on, slices.Sorted(maps.Keys(ended))...)
	}
	if len(on) != len(students) || !distinct(on) || slices.Contains(on, f.living()[0]) {
		t.Errorf("graded on %v, and left is %v", on, f.living())
	}
}

// living returns the runners whose allocation runs, according to Nomad.
func (f *field) living() []string {
	f.t.Helper()
	all, _, err := f.agent.Cluster().Allocations().List(nil)
	check(f.t, err)
	var names []string
	for _, a := range all {
		if a.ClientStatus == "running" {
			names = append(names, a.JobID)
		}
	}
	return names
}
