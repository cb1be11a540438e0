// Package nomadtest starts a real Nomad for tests, with Docker as its driver, and builds the
// image of its runners.
package nomadtest

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/hashicorp/nomad/api"

	"github.com/grader/grader/nomad"
)

// MHz is the configured speed of each core.
const MHz = 10_000

// patience bounds the wait for an agent to be ready.
const patience = 90 * time.Second

// Binary returns the path of nomad. If it is not installed, Binary skips the test with a message.
func Binary(t testing.TB) string {
	t.Helper()
	path, err := exec.LookPath("nomad")
	if err != nil {
		t.Skip("SKIPPED: no nomad on PATH; nothing of the pool on Nomad is tested")
	}
	for _, tool := range []string{"docker", "tar", "ldd"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("SKIPPED: no %s; nothing of the pool on Nomad is tested", tool)
		}
	}
	if os.Getuid() != 0 {
		t.Skip("SKIPPED: Nomad's clients need root; nothing of the pool on Nomad is tested")
	}
	Output(t, "docker", "version") // Nomad's clients would not report the problem
	return path
}

// Agent is one Nomad agent on its own ports.
type Agent struct {
	Name string
	URL  string // of its HTTP interface
	RPC  string // of its servers

	t        testing.TB
	cluster  *nomad.Cluster
	binary   string
	dir      string
	cmd      *exec.Cmd
	networks []string
	images   []string
}

// Role is the role of an agent. The zero value is a server and a client in one.
type Role struct {
	ServerOnly bool
	Patient    bool   // clients may be silent for minutes
	ACL        bool   // requests need a token; Cluster has one with all rights
	Join       *Agent // the server that a client joins; nil: the agent is a server itself
}

// Start starts an agent and waits until it is ready. The agent ends with the test.
func Start(t testing.TB, name string, role Role) *Agent {
	t.Helper()
	a := &Agent{Name: name, t: t, binary: Binary(t), dir: shortDir(t)}
	ports := freePorts(t, 3)
	a.URL, a.RPC = fmt.Sprintf("http://127.0.0.1:%d", ports[0]), fmt.Sprintf("127.0.0.1:%d", ports[1])
	var err error
	a.cluster, err = nomad.Dial(nomad.Address{URL: a.URL})
	check(t, err)
	check(t, os.MkdirAll("/run/lock/grader", 0o711))
	check(t, os.WriteFile(a.path("agent.hcl"), []byte(configuration(a, role, ports)), 0o600))
	t.Cleanup(a.end)
	a.Restart()
	if role.ACL {
		var token *api.ACLToken
		a.Await("bootstrap its ACL", func() bool {
			token, _, err = a.cluster.ACLTokens().Bootstrap(nil)
			return err == nil
		})
		a.cluster.SetSecretID(token.SecretID)
	}
	return a
}

// shortDir returns a directory whose path is short enough for the sockets of tasks. Without the
// sockets, tasks would lack a file that student code must not reach.
func shortDir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "nomad-")
	check(t, err)
	t.Cleanup(func() { check(t, os.RemoveAll(dir)) })
	return dir
}

func (a *Agent) path(name string) string { return filepath.Join(a.dir, name) }

// configuration returns an agent's configuration. Heartbeats are short, so that a lost node is
// detected soon.
func configuration(a *Agent, role Role, ports []int) string {
	text := fmt.Sprintf(`
name      = %q
data_dir  = %q
bind_addr = "127.0.0.1"
ports {
  http = %d
  rpc  = %d
  serf = %d
}
advertise {
  http = "127.0.0.1"
  rpc  = "127.0.0.1"
  serf = "127.0.0.1"
}
disable_update_check = true
leave_on_terminate   = false
log_level            = "INFO"
plugin "docker" {
  config {
    gc {
      image     = false
      container = true
    }
    volumes {
      enabled = true
    }
  }
}
`, a.Name, a.path("data"), ports[0], ports[1], ports[2])
	if role.ACL {
		text += "acl {\n  enabled = true\n}\n"
	}
	servers := "[]"
	if role.Join == nil {
		grace := "1s"
		if role.Patient {
			grace = "5m"
		}
		text += fmt.Sprintf("server {\n  enabled = true\n  bootstrap_expect = 1\n  min_heartbeat_ttl = \"1s\"\n  heartbeat_grace = %[1]q\n  failover_heartbeat_ttl = %[1]q\n}\n", grace)
	} else {
		servers = fmt.Sprintf("[%q]", role.Join.RPC)
	}
	if !role.ServerOnly {
		text += fmt.Sprintf("client {\n  enabled = true\n  servers = %s\n  network_interface = \"lo\"\n  cpu_total_compute = %d\n  options = {\n    \"fingerprint.denylist\" = \"env_aws,env_gce,env_azure,env_digitalocean,consul,vault\"\n  }\n}\n", servers, runtime.NumCPU()*MHz)
	}
	return text
}

// Restart starts the agent again with its state.
func (a *Agent) Restart() {
	a.t.Helper()
	log, err := os.OpenFile(a.path("log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	check(a.t, err)
	defer log.Close()
	a.cmd = exec.Command(a.binary, "agent", "-config", a.path("agent.hcl")) //nolint:noctx // it outlives the call; end ends it
	a.cmd.Stdout, a.cmd.Stderr = log, log
	a.cmd.Env = append(os.Environ(), a.mark())
	check(a.t, a.cmd.Start())
	a.Await("answer", func() bool {
		_, err := a.Cluster().Status().Leader()
		return err == nil
	})
}

// AwaitClients waits until n clients are ready to run containers.
func (a *Agent) AwaitClients(n int) {
	a.t.Helper()
	a.Await(fmt.Sprintf("have %d clients", n), func() bool { return len(a.Nodes()) == n })
}

// Nodes returns the ready clients with a working Docker.
func (a *Agent) Nodes() []*api.NodeListStub {
	all, _, err := a.Cluster().Nodes().List(nil)
	if err != nil {
		return nil
	}
	var ready []*api.NodeListStub
	for _, n := range all {
		if n.Status == api.NodeStatusReady && n.Drivers["docker"] != nil && n.Drivers["docker"].Healthy {
			ready = append(ready, n)
		}
	}
	return ready
}

// Await waits until a condition holds. what completes the failure message "nomad NAME does not …".
func (a *Agent) Await(what string, holds func() bool) {
	a.t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for !holds() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			log, _ := os.ReadFile(a.path("log"))
			a.t.Fatalf("nomad %s does not %s:\n%s", a.Name, what, log[max(0, len(log)-4<<10):])
		}
	}
}

// Cluster returns a client of the agent.
func (a *Agent) Cluster() *nomad.Cluster { return a.cluster }

// Kill ends the agent like a crash; its tasks continue.
func (a *Agent) Kill() {
	_ = a.cmd.Process.Kill()
	_ = a.cmd.Wait()
}

// FreePort returns a port that is free on an address of this machine.
func FreePort(t testing.TB, address string) int {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", net.JoinHostPort(address, "0"))
	check(t, err)
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

func freePorts(t testing.TB, n int) []int {
	t.Helper()
	ports := make([]int, n)
	for i := range ports {
		l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
		check(t, err)
		defer l.Close()
		ports[i] = l.Addr().(*net.TCPAddr).Port
	}
	return ports
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
