package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/nomad/api"

	"github.com/grader/grader/nomad/nomadtest"
)

// field is a classroom whose runners are on the test's own Nomad cluster.
type field struct {
	*classroom
	agent     *nomadtest.Agent // the agent that is a server
	flavour   string
	image     string
	network   string
	address   string // address of this machine for runners
	port      int    // port of the server for runners
	url       string // URL of the server for runners
	tls       string // lines of the configuration with the certificate
	cpu       float64
	memory    string
	scratch   string
	processes int
	warm, max int
	cooldown  time.Duration
}

// newField starts a classroom on the agent's cluster.
func newField(t *testing.T, agent *nomadtest.Agent, warm, most int, students ...string) *field {
	t.Helper()
	f := layField(t, agent, warm, most)
	f.configure()
	f.open(students...)
	return f
}

// layField is newField for a test that changes something before it calls open.
func layField(t *testing.T, agent *nomadtest.Agent, warm, most int) *field {
	t.Helper()
	f := &field{
		classroom: &classroom{t: t, empty: true, config: filepath.Join(t.TempDir(), "grader.yaml")},
		agent:     agent, flavour: "standard", image: agent.Image(filepath.Join(bin, "grader")),
		cpu: 0.5, memory: "128MiB", scratch: "64MiB", processes: 64, warm: warm, max: most, cooldown: time.Minute,
	}
	f.network, f.address = agent.Network()
	f.port = nomadtest.FreePort(t, f.address)
	f.url = fmt.Sprintf("http://%s:%d", f.address, f.port)
	return f
}

// configure writes the server's configuration.
func (f *field) configure() {
	f.t.Helper()
	check(f.t, os.WriteFile(f.config, fmt.Appendf(nil, `
flavours:
  %s:
    pool: nomad
    image: %s
    cpu: %g
    memory: %s
    scratch: %s
    processes: %d
    warm: %d
    max: %d
    cooldown: %s
nomad:
  address: %s
  jobs: e2e
  network: %s
  mhz: %d
  runners:
    listen: %s:%d
    url: %s
%s`, f.flavour, f.image, f.cpu, f.memory, f.scratch, f.processes, f.warm, f.max, f.cooldown, f.agent.URL, f.network, nomadtest.MHz, f.address, f.port, f.url, f.tls), 0o600))
}

// pool returns the report of `grader admin pools` on a flavour.
type pool struct {
	Wanted, Starting, Ready, Busy, Waiting int
	Reason, Failure                        string
}

func (f *field) pool() pool {
	f.t.Helper()
	var report []pool
	check(f.t, json.Unmarshal([]byte(f.admin("pools", "--json")), &report))
	if len(report) != 1 {
		f.t.Fatalf("%d pools", len(report))
	}
	return report[0]
}

// runners returns the runners of a student's attempts, oldest first.
func (f *field) runners(login string) []string {
	f.t.Helper()
	l := f.ledger()
	defer l.close()
	return l.texts(`SELECT coalesce(r.id, '') FROM jobs j LEFT JOIN runners r ON r.job_id = j.id WHERE j.owner = ? AND j.kind = 'grade' ORDER BY j.id, r.registered_at`, login)
}

// running waits for a student's job to run, and returns its allocation.
func (f *field) running(login string) *api.AllocationListStub {
	f.t.Helper()
	var found *api.AllocationListStub
	eventually(f.t, login+"'s job runs", func() bool {
		l := f.ledger()
		defer l.close()
		on := l.texts(`SELECT runner FROM jobs WHERE owner = ? AND state = 'running'`, login)
		if len(on) != 1 {
			return false
		}
		found = f.allocation(on[0])
		return found != nil
	})
	return found
}

// allocation returns the allocation of a runner, or nil if there is none.
func (f *field) allocation(runner string) *api.AllocationListStub {
	f.t.Helper()
	all, _, err := f.agent.Cluster().Allocations().List(nil)
	if err != nil {
		return nil
	}
	for _, a := range all {
		if a.JobID == runner {
			return a
		}
	}
	return nil
}

// attempts returns the number of attempts of a student's latest job.
func (f *field) attempts(login string) int {
	f.t.Helper()
	l := f.ledger()
	defer l.close()
	return l.count(`SELECT attempt FROM jobs WHERE owner = ? ORDER BY id DESC LIMIT 1`, login)
}

// verdict checks that a push earns all points and prints the words.
func (f *field) verdict(l *live, words ...string) {
	f.t.Helper()
	said, status := l.end()
	if status != 0 {
		f.t.Errorf("exit status %d", status)
	}
	for _, word := range append(words, "2 / 2") {
		if !told(said, word) {
			f.t.Errorf("it did not print %q:\n%s", word, said)
		}
	}
}

// distinct reports whether all texts are different and not empty.
func distinct(all []string) bool {
	seen := map[string]bool{}
	for _, text := range all {
		if seen[text] || text == "" {
			return false
		}
		seen[text] = true
	}
	return true
}

// dispatched returns the runners' jobs that are not dead, according to Nomad.
func (f *field) dispatched() []string {
	f.t.Helper()
	jobs, _, err := f.agent.Cluster().Jobs().PrefixList("e2e-standard/")
	check(f.t, err)
	var names []string
	for _, j := range jobs {
		if !strings.HasPrefix(j.Status, "dead") {
			names = append(names, j.ID)
		}
	}
	return names
}
