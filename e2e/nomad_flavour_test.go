package e2e

import (
	"testing"

	"github.com/grader/grader/nomad/nomadtest"
)

// A flavour is removed from the configuration while its runners work. The running job gets
// its verdict in its first attempt, and then all runners of the flavour stop. A new push
// waits, and staff see the reason.
func TestNomadRemovedFlavourFinishes(t *testing.T) {
	agent := nomadtest.Start(t, "n1", nomadtest.Role{})
	agent.AwaitClients(1)
	f := newField(t, agent, 1, 2, "alice", "bob")
	eventually(t, "one is warm", func() bool { return f.pool().Ready == 1 })
	f.work("alice", "sleep 8", "right")
	l := f.push("alice")
	on := f.running("alice")
	check(t, f.server.Stop())
	l.end()
	f.flavour = "large"
	f.configure()
	f.serve()
	f.graded("alice", 1)
	if by := f.last("alice"); by != on.JobID || f.attempts("alice") != 1 {
		t.Errorf("graded by %s in attempt %d, not by %s", by, f.attempts("alice"), on.JobID)
	}
	eventually(t, "none of its runners is left", func() bool { return len(f.dispatched()) == 0 })
	f.work("bob", "", "right")
	waits := f.push("bob")
	waits.await("waiting: no runners of flavour standard are set up now")
	if said := f.admin("queue", "move", "standard", "large"); !told(said, "1 jobs moved") {
		t.Errorf("moved: %s", said)
	}
	f.verdict(waits)
}
