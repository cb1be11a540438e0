package e2e

import (
	"testing"
	"time"

	"github.com/hashicorp/nomad/api"

	"github.com/grader/grader/nomad/nomadtest"
)

// One of two machines fails in the middle of a job. The student reads about it, and the
// other machine grades the push once. The lost attempt does not count towards the student's
// limit.
func TestNomadNodeDiesDuringJob(t *testing.T) {
	server := nomadtest.Start(t, "server", nomadtest.Role{ServerOnly: true})
	clients := map[string]*nomadtest.Agent{}
	for _, name := range []string{"north", "south"} {
		clients[name] = nomadtest.Start(t, name, nomadtest.Role{Join: server})
	}
	server.AwaitClients(2)
	f := newField(t, server, 2, 3, "alice", "bob")
	f.work("alice", "sleep 5", "right")
	l := f.push("alice")
	lost := f.running("alice")
	clients[lost.NodeName].Kill()
	nomadtest.Output(t, "docker", "kill", "runner-"+lost.ID)
	f.verdict(l, "the runner was lost, your push waits again")
	f.graded("alice", 1)
	if on := f.last("alice"); on == lost.JobID {
		t.Errorf("graded on the lost runner %s", on)
	}
	f.work("bob", "", "right")
	f.verdict(f.push("bob"))

	t.Run("silent for a while", func(t *testing.T) {
		clients[lost.NodeName].Restart()
		server.AwaitClients(2)
		f.work("bob", "sleep 8", "right")
		l := f.push("bob")
		grading := f.running("bob")
		on := clients[grading.NodeName]
		on.Kill() // its container keeps running
		server.AwaitClients(1)
		on.Restart()
		f.verdict(l)
		if by := f.last("bob"); by != grading.JobID {
			t.Errorf("what the silent node was grading was graded by %s, not by %s", by, grading.JobID)
		}
		server.AwaitClients(2)
	})
	t.Run("drained", func(t *testing.T) {
		f.work("bob", "sleep 6", "right")
		l := f.push("bob")
		on := f.running("bob")
		_, err := server.Cluster().Nodes().UpdateDrain(on.NodeID, &api.DrainSpec{Deadline: time.Hour}, false, nil)
		check(t, err)
		f.verdict(l)
		if by := f.last("bob"); by != on.JobID {
			t.Errorf("what the drained node was grading was graded by %s, not by %s", by, on.JobID)
		}
		// The drain ends long before its deadline, because no idle runner stays on the machine.
		server.Await("end the drain", func() bool {
			node, _, err := server.Cluster().Nodes().Info(on.NodeID, nil)
			check(t, err)
			return node.DrainStrategy == nil
		})
	})
}

// last returns the runner of a student's latest result.
func (f *field) last(login string) string {
	f.t.Helper()
	on := f.runners(login)
	return on[len(on)-1]
}

// Staff and waiting pushes see that an image is missing on every node, or that a flavour
// fits on no node. The pushes are graded once the cause is fixed.
func TestNomadSaysWhyNoRunnerStarts(t *testing.T) {
	agent := nomadtest.Start(t, "n1", nomadtest.Role{})
	agent.AwaitClients(1)
	f := newField(t, agent, 1, 1, "alice")
	image := f.image
	mend := func(change func(), words string) {
		t.Helper()
		check(t, f.server.Stop())
		agent.Purge("e2e-standard/")
		change()
		f.configure()
		f.serve()
		if words != "" {
			eventually(t, words, func() bool { return told(f.pool().Failure, words) })
		}
	}
	mend(func() { f.image = "nowhere.invalid/runner:1" }, "Failed to pull `nowhere.invalid/runner:1`")
	f.work("alice", "", "right")
	l := f.push("alice")
	l.await("waiting: no runner can be started now (they fail")
	mend(func() { f.image, f.memory = image, "900GiB" }, "no room: 1 nodes were looked at, refused are 1 of no more memory")
	l.end()
	check(t, f.server.Stop())
	f.serve()
	eventually(t, "the next process knows of it", func() bool { return told(f.pool().Failure, "no room: 1 nodes") })
	l = f.push("alice") // prints the same lines again
	l.await("(all machines are full);")
	mend(func() { f.memory = "128MiB" }, "")
	l.end()
	f.wait("alice", 1)
	f.graded("alice", 1)
}
