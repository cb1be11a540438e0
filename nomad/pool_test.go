package nomad_test

import (
	"cmp"
	"context"
	"crypto/rand"
	"log/slog"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/nomad/api"
	"go.uber.org/goleak"

	"github.com/grader/grader/nomad"
	"github.com/grader/grader/nomad/nomadtest"
	"github.com/grader/grader/scheduler"
	"github.com/grader/grader/scheduler/pooltest"
	"github.com/grader/grader/schema"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestNomadPool runs the suite of all pools with real runners on a real Nomad.
func TestNomadPool(t *testing.T) {
	lab := newLaboratory(t, nomadtest.Role{})
	t.Run("suite", func(t *testing.T) {
		var settings sync.Map
		pooltest.RunOutliving(t, func(t *testing.T) (scheduler.Pool, *pooltest.Front) {
			front := lab.front(t)
			made := lab.settings(front.URL)
			settings.Store(front, made)
			return lab.pool(t, made, front), front
		}, func(t *testing.T, front *pooltest.Front) scheduler.Pool {
			was, _ := settings.Load(front)
			return lab.pool(t, was.(nomad.Settings), front)
		})
	})
}

// laboratory holds the requirements for testing pools on a real Nomad.
type laboratory struct {
	agent                   *nomadtest.Agent
	cluster                 *nomad.Cluster // nil: the agent's
	image, network, address string
}

func newLaboratory(t testing.TB, role nomadtest.Role) laboratory {
	t.Helper()
	l := laboratory{agent: nomadtest.Start(t, "n1", role)}
	l.image = l.agent.Image(nomadtest.Grader(t))
	l.agent.AwaitClients(1)
	l.network, l.address = l.agent.Network()
	return l
}

// front returns a front that containers can reach.
func (l laboratory) front(t testing.TB) *pooltest.Front {
	t.Helper()
	listener, err := net.Listen("tcp", net.JoinHostPort(l.address, "0"))
	check(t, err)
	return pooltest.NewFront(t, listener)
}

func (l laboratory) settings(url string) nomad.Settings {
	return nomad.Settings{
		Prefix: "t" + strings.ToLower(rand.Text()[:10]), Server: url, Network: l.network, Wall: "uid", MHz: nomadtest.MHz,
		Flavours: map[string]nomad.Placement{"small": {}, "large": {}},
	}
}

// pool starts a pool whose runners register at the front.
func (l laboratory) pool(t testing.TB, s nomad.Settings, front *pooltest.Front) scheduler.Pool {
	t.Helper()
	p := &nomad.Pool{Cluster: cmp.Or(l.cluster, l.agent.Cluster()), Settings: s, Registrar: front, Logger: slog.New(slog.NewTextHandler(t.Output(), nil))}
	front.Identify = p
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	p.Start(ctx)
	t.Cleanup(func() {
		check(t, p.Close())
		l.agent.Purge(s.Prefix)
	})
	return sized{Pool: p, image: l.image}
}

// sized gives the suite's flavours a size and an image.
type sized struct {
	*nomad.Pool
	image string
}

func (s sized) Ensure(ctx context.Context, f schema.Flavour, n int) error {
	f.Image, f.CPU, f.Memory, f.Scratch, f.Processes = s.image, 0.1, 64<<20, 16<<20, 64
	return s.Pool.Ensure(ctx, f, n)
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestNomadPolicyIsEnough runs a pool with a token that has exactly the rights of
// deploy/grader.policy.hcl.
func TestNomadPolicyIsEnough(t *testing.T) {
	lab := newLaboratory(t, nomadtest.Role{ACL: true})
	rules, err := os.ReadFile("deploy/grader.policy.hcl")
	check(t, err)
	may := lab.agent.Cluster()
	_, err = may.ACLPolicies().Upsert(&api.ACLPolicy{Name: "grader", Rules: string(rules)}, nil)
	check(t, err)
	token, _, err := may.ACLTokens().Create(&api.ACLToken{Name: "grader", Type: "client", Policies: []string{"grader"}}, nil)
	check(t, err)
	lab.cluster, err = nomad.Dial(nomad.Address{URL: lab.agent.URL, Token: token.SecretID})
	check(t, err)
	if _, err := lab.cluster.Agent().Self(); err == nil {
		t.Error("the token may do more than the policy says")
	}
	front := lab.front(t)
	settings := lab.settings(front.URL)
	probe := func() []nomad.Check {
		f := schema.Flavour{Name: "small", Image: lab.image, CPU: 0.1, Memory: 64 << 20, Scratch: 16 << 20, Processes: 64}
		return nomad.Probe(t.Context(), nomad.Address{URL: lab.agent.URL, Token: token.SecretID}, settings, []schema.Flavour{f})
	}
	if bad := broken(probe()); bad != "" {
		t.Errorf("before the first runner: %s", bad)
	}
	pool := lab.pool(t, settings, front)
	check(t, pool.Ensure(t.Context(), schema.Flavour{Name: "small"}, 1))
	first := front.Registered()
	until(t, "the probe sees the runner", func() bool { // Nomad's servers detect it later than the test
		checks := probe()
		return broken(checks) == "" && strings.Contains(checks[len(checks)-1].Says, "started a runner")
	})
	check(t, pool.Retire(t.Context(), first))
	if second := front.Registered(); second == first {
		t.Errorf("%s came twice", second)
	}
}
