package e2e

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/nomad/api"

	"github.com/grader/grader/nomad/nomadtest"
)

// A student pushes a program that tries to reach everything in its allocation: the identity
// and Nomad's socket in /secrets, the task's other directories, the runner's environment, and
// the network. It reaches nothing. The same program as the container's root reaches the same
// things as the runner, and on the network only the server's interface.
func TestNomadStudentCodeReachesNothing(t *testing.T) {
	nomadtest.Binary(t)
	if _, err := exec.LookPath("nft"); err != nil {
		t.Skip("SKIPPED: no nft; the network of runners is not tested")
	}
	network, port := nomadtest.Name(), nomadtest.FreePort(t, "127.0.0.1")
	address := nomadtest.NodeNetwork(t, "../nomad/deploy/node.sh", network, fmt.Sprint(port))
	agent := nomadtest.Start(t, "n1", nomadtest.Role{})
	agent.AwaitClients(1)
	f := layField(t, agent, 2, 3)
	f.network, f.address, f.port = network, address, port
	f.url = fmt.Sprintf("http://%s:%d", address, port)
	f.configure()
	f.open("alice", "bob")

	f.work("bob", "sleep 15", "right") // another runner's program, which runs during the test
	f.push("bob")
	neighbour := f.addressOf(f.running("bob"))
	server := fmt.Sprintf("tcp:%s:%d", address, port)
	runners := []string{"read:/secrets/nomad_grader.jwt", "list:/secrets", "list:/alloc", "list:/local", "unix:/secrets/api.sock", "environ:NOMAD_", server}
	nobodys := []string{
		"tcp:" + f.elsewhere(address), "udp:" + f.elsewhere(address), // another port of the machine, such as Nomad's
		strings.Replace(agent.URL, "http://127.0.0.1", "tcp:"+address, 1),
		"tcp:" + neighbour + ":1", "tcp:172.17.0.1:22", "tcp:169.254.169.254:80", "tcp:192.0.2.1:80",
		"list:/run/docker.sock", "write:/usr", "write:/etc",
	}
	probe := buildReach(t)
	tries := append(slices.Clone(runners), append(nobodys, "write:/secrets", "write:/local", "write:/alloc", "write:/run/grader-blocks", "read:/proc/1/environ")...)
	f.write("alice", "c101/a1", map[string]string{
		"reach": string(probe), "work.sh": "cp reach r && chmod +x r && ./r " + strings.Join(tries, " ") + " && sleep 5 && echo right\n",
	})
	l := f.push("alice")
	alices := f.running("alice")
	got := reachAsRoot(t, alices, probe, append(slices.Clone(runners), nobodys...))
	f.verdict(l)
	for _, what := range runners {
		if !strings.Contains(got, "reached "+what+"\n") {
			t.Errorf("the runner itself does not reach %s, so that this test says nothing of it", what)
		}
	}
	for _, what := range nobodys {
		if strings.Contains(got, "reached "+what+"\n") && !strings.HasPrefix(what, "udp:") { // UDP gets no answer
			t.Errorf("the runner itself reaches %s", what)
		}
	}
}

// elsewhere listens on another port of this machine and returns its address.
func (f *field) elsewhere(address string) string {
	f.t.Helper()
	l, err := net.Listen("tcp", "0.0.0.0:0")
	check(f.t, err)
	f.t.Cleanup(func() { check(f.t, l.Close()) })
	return fmt.Sprintf("%s:%d", address, l.Addr().(*net.TCPAddr).Port)
}

// buildReach builds testdata/reach statically, so that it runs in any container.
func buildReach(t *testing.T) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "reach")
	build := exec.CommandContext(t.Context(), "go", "build", "-ldflags", "-s -w", "-o", path, "./testdata/reach")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if said, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build reach: %v\n%s", err, said)
	}
	program, err := os.ReadFile(path)
	check(t, err)
	return program
}

// reachAsRoot runs the program in a runner's container, beside the runner.
func reachAsRoot(t *testing.T, a *api.AllocationListStub, program []byte, tries []string) string {
	t.Helper()
	const script = `cat >/scratch/reach && chmod +x /scratch/reach && exec /scratch/reach "$@"`
	run := exec.CommandContext(t.Context(), "docker", append([]string{"exec", "-i", "runner-" + a.ID, "sh", "-c", script, "sh"}, tries...)...)
	run.Stdin = bytes.NewReader(program)
	said, err := run.CombinedOutput()
	if err != nil {
		t.Fatalf("reach as root: %v\n%s", err, said)
	}
	return string(said)
}
