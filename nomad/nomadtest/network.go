package nomadtest

import (
	"crypto/rand"
	"net"
	"os/exec"
	"strings"
	"testing"
)

// Name returns a unique name.
func Name() string { return "grader-" + strings.ToLower(rand.Text()[:8]) }

// Network creates a Docker network that reaches only this machine, and returns its name and this
// machine's address on it. It is removed after the agent has ended, because containers use it.
func (a *Agent) Network() (name, address string) {
	a.t.Helper()
	name = Name()
	Output(a.t, "docker", "network", "create", "--internal", name)
	a.networks = append(a.networks, name)
	return name, gateway(a.t, name)
}

// NodeNetwork creates a network as node.sh does, for a server on a port of this machine, and
// returns this machine's address on it. The network is removed with the test; start its users
// later, so that they end earlier.
func NodeNetwork(t testing.TB, script, name, port string) (address string) {
	t.Helper()
	// The address is known only after the network exists, so the network is created twice.
	for _, server := range []string{"192.0.2.1", "gateway"} {
		if server == "gateway" {
			server = gateway(t, name)
		}
		Output(t, "sh", script, server, port, name)
		address = server
	}
	t.Cleanup(func() {
		removeNetwork(name)
		_ = exec.Command("nft", "delete", "table", "inet", strings.ReplaceAll(name, "-", "_")).Run() //nolint:noctx // after the test's end
	})
	return address
}

// gateway returns this machine's address on a network.
func gateway(t testing.TB, name string) string {
	t.Helper()
	address := Output(t, "docker", "network", "inspect", "--format", "{{range .IPAM.Config}}{{.Gateway}}{{end}}", name)
	if net.ParseIP(address) == nil {
		t.Fatalf("network %s has the gateway %q", name, address)
	}
	return address
}

// removeNetwork removes a network, its containers, and volumes that nothing uses.
func removeNetwork(name string) {
	sweep := `docker ps --all --quiet --filter network=$1 | xargs -r docker rm --force
docker network rm $1
docker volume ls --quiet --filter label=grader=scratch --filter dangling=true | xargs -r docker volume rm`
	_ = exec.Command("sh", "-c", sweep, "sh", name).Run() //nolint:noctx // after the test's end
}
