package e2e

import (
	"fmt"
	"net"
	"os/exec"
	"strings"
	"testing"

	"github.com/hashicorp/nomad/api"

	"github.com/grader/grader/nomad/nomadtest"
)

// The network between a runner and the server is cut in the middle of a job. After a short
// cut the runner delivers its result. After a cut longer than the lease, on a machine that
// is also cut off from Nomad, another runner does the job once, and the server refuses the
// late runner's messages.
func TestNomadNetworkFailsDuringJob(t *testing.T) {
	server := nomadtest.Start(t, "server", nomadtest.Role{ServerOnly: true})
	clients := map[string]*nomadtest.Agent{}
	for _, name := range []string{"north", "south"} {
		clients[name] = nomadtest.Start(t, name, nomadtest.Role{Join: server})
	}
	server.AwaitClients(2)
	f := layField(t, server, 2, 3)
	w := f.wired()
	f.configure()
	f.open("alice", "bob")

	f.work("alice", "sleep 4", "right")
	l := f.push("alice")
	runner := f.running("alice")
	host := f.addressOf(runner)
	w.cut(host)
	eventually(t, "the runner notices", func() bool { return w.tried(host) > 1 })
	w.mend(host)
	f.verdict(l)
	if said, _ := l.text(); strings.Count(said, "answers") != 1 {
		t.Errorf("a line is there twice, or not at all:\n%s", said)
	}
	f.graded("alice", 1)
	if by := f.last("alice"); by != runner.JobID || f.attempts("alice") != 1 {
		t.Errorf("graded by %s in attempt %d, not by %s at once", by, f.attempts("alice"), runner.JobID)
	}

	f.work("bob", "sleep 4", "right")
	l = f.push("bob")
	late := f.running("bob")
	host = f.addressOf(late)
	clients[late.NodeName].Kill() // its container keeps running
	w.cut(host)
	l.await("the runner was lost, your push waits again")
	f.verdict(l)
	f.graded("bob", 1)
	by := f.last("bob")
	if by == late.JobID || f.attempts("bob") != 2 {
		t.Errorf("graded by %s in attempt %d", by, f.attempts("bob"))
	}
	w.mend(host)
	eventually(t, "the late runner is refused", func() bool { return w.answered(host, "HTTP/1.1 401 Unauthorized") })
	if w.answered(host, "HTTP/1.1 2") {
		t.Error("something of the late runner was taken")
	}
	eventually(t, "the late runner ends", func() bool { return f.docker(late, "{{.State.Running}}") != "true" })
	f.graded("bob", 1)
	if now := f.last("bob"); now != by {
		t.Errorf("the result is of %s, no longer of %s", now, by)
	}
	clients[late.NodeName].Restart()
}

// wired adds a proxy between the field's runners and its server. The proxy can cut connections.
func (f *field) wired() *wire {
	f.t.Helper()
	port := nomadtest.FreePort(f.t, f.address)
	f.url = fmt.Sprintf("http://%s:%d", f.address, port)
	host := func(port int) string { return net.JoinHostPort(f.address, fmt.Sprint(port)) }
	return newWire(f.t, host(port), host(f.port))
}

// addressOf returns a runner's address in the containers' network.
func (f *field) addressOf(a *api.AllocationListStub) string {
	f.t.Helper()
	address := f.docker(a, "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}")
	if net.ParseIP(address) == nil {
		f.t.Fatalf("runner %s has the address %q", a.JobID, address)
	}
	return address
}

// docker returns Docker's description of a runner's container, "" if it no longer exists.
func (f *field) docker(a *api.AllocationListStub, format string) string {
	f.t.Helper()
	said, err := exec.CommandContext(f.t.Context(), "docker", "inspect", "--format", format, "runner-"+a.ID).Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(said))
}
