package e2e

import (
	"testing"

	"github.com/grader/grader/nomad/nomadtest"
)

// Nomad's servers stop while one push is graded and others wait. The running job finishes.
// Waiting pushes and staff see the failure. Once the servers are back, every push is graded
// once, in its first attempt.
func TestPushesWaitWhileNomadServersAreDown(t *testing.T) {
	server := nomadtest.Start(t, "server", nomadtest.Role{ServerOnly: true, Patient: true})
	nomadtest.Start(t, "north", nomadtest.Role{Join: server})
	server.AwaitClients(1)
	f := newField(t, server, 1, 2, "alice", "bob", "carol")
	eventually(t, "one is warm", func() bool { return f.pool().Ready == 1 })
	f.work("alice", "sleep 8", "right")
	running := f.push("alice")
	f.running("alice")
	eventually(t, "another is warm", func() bool { return f.pool().Ready == 1 })
	server.Kill()
	eventually(t, "staff see that Nomad is away", func() bool { return told(f.pool().Failure, "Nomad does not answer") })

	var waiting []*live
	for _, login := range []string{"bob", "carol"} { // one of them gets the warm runner
		f.work(login, "", "right")
		waiting = append(waiting, f.push(login))
	}
	f.verdict(running)
	eventually(t, "one of them is graded", func() bool { return len(f.submissions("bob"))+len(f.submissions("carol")) == 2 && f.results() == 2 })
	eventually(t, "who waits is told", func() bool {
		one, _ := waiting[0].text()
		other, _ := waiting[1].text()
		return told(one+other, "waiting: no runner can be started now (the machines do not answer); you keep your place")
	})
	server.Restart()
	for _, l := range waiting {
		f.verdict(l)
	}
	for _, login := range []string{"alice", "bob", "carol"} {
		f.graded(login, 1)
		if n := f.attempts(login); n != 1 {
			t.Errorf("%s's push was graded in attempt %d", login, n)
		}
	}
	eventually(t, "a fresh one is warm", func() bool { p := f.pool(); return p.Ready == 1 && p.Failure == "" })
	if said := f.admin("pools"); !told(said, ": Nomad does not answer") {
		t.Errorf("staff see no more of it:\n%s", said)
	}
	eventually(t, "Nomad has no more jobs than runners", func() bool { return len(f.dispatched()) <= f.max })
}

// results returns the number of students' pushes that have a result.
func (f *field) results() int {
	f.t.Helper()
	l := f.ledger()
	defer l.close()
	return l.count(`SELECT count(*) FROM results r JOIN jobs j ON j.id = r.job_id WHERE j.kind = 'grade'`)
}
