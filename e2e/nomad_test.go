package e2e

import (
	"fmt"
	"testing"

	"github.com/grader/grader/nomad/nomadtest"
)

// Each push is graded in a separate allocation, and a new one replaces it.
func TestNomadGradesEachPushInItsOwnAllocation(t *testing.T) {
	agent := nomadtest.Start(t, "n1", nomadtest.Role{})
	agent.AwaitClients(1)
	f := newField(t, agent, 1, 3, "alice", "bob", "carol")
	const pushes = 4
	for n := range pushes {
		f.work("alice", fmt.Sprint("# ", n), "right")
		f.verdict(f.push("alice"), "running on a fresh standard runner, wall uid"[:32])
	}
	f.graded("alice", pushes)
	if on := f.runners("alice"); len(on) != pushes || !distinct(on) {
		t.Errorf("%d pushes were graded on %v", pushes, on)
	}
	eventually(t, "a fresh runner is ready", func() bool { p := f.pool(); return p.Ready >= 1 && p.Busy == 0 })
	eventually(t, "Nomad has no more jobs than runners", func() bool { return len(f.dispatched()) <= f.max })

	t.Run("hides what is the runner's", func(t *testing.T) {
		f.work("alice", "{ cat /secrets/nomad_grader.jwt || ls /secrets || ls /local || ls /alloc || env | grep NOMAD; } 2>/dev/null && echo leaked", "right")
		f.verdict(f.push("alice"))
	})
	t.Run("runs what was compiled there, and writes nowhere else", func(t *testing.T) {
		f.work("alice", "cp /usr/bin/true t && ./t || echo cannot run; for d in / /usr /etc /run /tmp /var/tmp; do cp /usr/bin/true $d/t 2>/dev/null && echo $d is open; done", "right")
		f.verdict(f.push("alice"))
	})
	t.Run("more wait, more runners", func(t *testing.T) {
		var all []*live
		p := newPause()
		for _, login := range []string{"alice", "bob", "carol"} {
			f.work(login, p.line(), "right")
			all = append(all, f.push(login))
		}
		eventually(t, "three run at once", func() bool { return f.pool().Busy == 3 })
		p.end(t, 3)
		for _, l := range all {
			f.verdict(l)
		}
	})
}

// The agent (server and client in one) is killed and restarted, and then the control plane. The
// container and its grading continue.
func TestNomadAndServerRestartedWhileRunnersWork(t *testing.T) {
	agent := nomadtest.Start(t, "n1", nomadtest.Role{Patient: true})
	agent.AwaitClients(1)
	f := newField(t, agent, 1, 2, "alice", "bob")

	f.work("alice", "sleep 6", "right")
	l := f.push("alice")
	f.running("alice")
	agent.Kill()
	agent.Restart()
	f.verdict(l)
	if n := f.attempts("alice"); n != 1 {
		t.Errorf("graded in attempt %d", n)
	}
	agent.AwaitClients(1)

	f.work("bob", "sleep 6", "right")
	l = f.push("bob")
	f.running("bob")
	f.server.Kill()
	l.end()
	f.serve()
	f.wait("bob", 1)
	f.graded("bob", 1)
	if n := f.attempts("bob"); n != 1 {
		t.Errorf("graded in attempt %d", n)
	}
	eventually(t, "a fresh runner is ready", func() bool { return f.pool().Ready >= 1 })
}

// A changed flavour becomes a new Nomad job. Running jobs end on the old one, and new pushes use
// the new one.
func TestNomadRollsAChangedFlavour(t *testing.T) {
	agent := nomadtest.Start(t, "n1", nomadtest.Role{})
	agent.AwaitClients(1)
	f := newField(t, agent, 2, 3, "alice", "bob")
	eventually(t, "two are ready", func() bool { return f.pool().Ready >= 2 })
	f.work("alice", "sleep 8", "right")
	l := f.push("alice")
	old := f.running("alice")
	check(t, f.server.Stop())
	l.end()
	before := f.dispatched()
	f.memory = "160MiB"
	f.configure()
	f.serve()
	eventually(t, "the idle ones are replaced", func() bool {
		for _, name := range f.dispatched() {
			for _, was := range before {
				if name == was && name != old.JobID {
					return false
				}
			}
		}
		return f.pool().Ready >= 2
	})
	f.graded("alice", 1)
	if on := f.runners("alice"); f.attempts("alice") != 1 || len(on) != 1 || on[0] != old.JobID {
		t.Errorf("graded in attempt %d on %v, not on %s", f.attempts("alice"), on, old.JobID)
	}
	f.work("bob", "", "right")
	f.verdict(f.push("bob"))
}
