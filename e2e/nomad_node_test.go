package e2e

import (
	"fmt"
	"net"
	"os/exec"
	"strings"
	"testing"

	"github.com/grader/grader/nomad/nomadtest"
)

// From the network that deploy/node.sh creates, a runner can reach the server's interface
// for runners, but no other port of this machine and no other container.
func TestNomadNodeNetworkReachesTheServerOnly(t *testing.T) {
	nomadtest.Binary(t)
	if _, err := exec.LookPath("nft"); err != nil {
		t.Skip("SKIPPED: no nft; the runners' network is not tested")
	}
	image := nomadtest.Image(t, bin+"/grader")
	network := nomadtest.Name()
	listen := func() (port string) {
		l, err := net.Listen("tcp", "0.0.0.0:0")
		check(t, err)
		t.Cleanup(func() { check(t, l.Close()) })
		_, port, err = net.SplitHostPort(l.Addr().String())
		check(t, err)
		return port
	}
	server, other := listen(), listen()
	address := nomadtest.NodeNetwork(t, "../nomad/deploy/node.sh", network, server)
	reaches := func(host, port string) bool {
		t.Helper()
		said, err := exec.CommandContext(t.Context(), "docker", "run", "--rm", "--network", network, image, "bash", "-c",
			fmt.Sprintf("timeout 3 bash -c 'exec 3<>/dev/tcp/%s/%s' 2>/dev/null && echo reached || echo not", host, port)).CombinedOutput()
		check(t, err)
		return strings.TrimSpace(string(said)) == "reached"
	}
	if !reaches(address, server) {
		t.Error("the server is not reached")
	}
	if reaches(address, other) {
		t.Error("another port of the machine is reached")
	}
	if reaches("172.17.0.1", other) || reaches("172.17.0.1", server) {
		t.Error("another address of the machine is reached")
	}
}
