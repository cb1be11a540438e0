package nomad

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/hashicorp/nomad/api"

	"github.com/grader/grader/schema"
)

// Check is the result of checking one requirement of the pool: whether the cluster meets it, and
// how to repair it.
type Check struct {
	What   string
	Works  bool
	Says   string
	Remedy string // "" if it works
	// Optional: runners work without it.
	Optional bool
}

// probePatience bounds all requests of the checks.
const probePatience = 20 * time.Second

// Probe checks the requirements of the pool without changing the cluster. It omits checks that
// depend on a failed one.
func Probe(ctx context.Context, address Address, s Settings, flavours []schema.Flavour) []Check {
	ctx, cancel := context.WithTimeout(ctx, probePatience)
	defer cancel()
	cluster, err := Dial(address)
	if err != nil {
		return []Check{{What: "nomad", Says: err.Error(), Remedy: "correct nomad.address, and the files that nomad.ca, cert and key name"}}
	}
	p := probe{cluster: cluster, settings: s}
	reached := p.reach(ctx)
	if !reached.Works {
		return []Check{reached}
	}
	checks := []Check{reached, p.identities(ctx)}
	may := p.token(ctx)
	if checks = append(checks, may); !may.Works {
		return checks
	}
	checks = append(checks, p.nodes(ctx))
	for _, f := range flavours {
		checks = append(checks, p.room(ctx, f), p.image(ctx, f))
	}
	return checks
}

// probe checks one cluster.
type probe struct {
	cluster  *Cluster
	settings Settings
}

func query(ctx context.Context) *api.QueryOptions { return (&api.QueryOptions{}).WithContext(ctx) }

// reach requests data that Nomad shows to everybody.
func (p probe) reach(ctx context.Context) Check {
	var leader string
	_, err := p.cluster.Raw().Query("/v1/status/leader", &leader, query(ctx))
	c := Check{What: "nomad", Works: err == nil, Says: p.cluster.URL + ", led by " + leader}
	if err != nil {
		c.Says, c.Remedy = p.cluster.URL+": "+inWords(cause(err)), unreachedRemedy(err)
	}
	return c
}

// cause returns a transport error without its request.
func cause(err error) error {
	var met *url.Error
	if errors.As(err, &met) {
		return met.Err
	}
	return err
}

// identities fetches the keys that verify runners' identities, and the issuer.
func (p probe) identities(ctx context.Context) Check {
	c := Check{What: "nomad identities"}
	set, err := p.cluster.identityKeys(ctx)
	switch {
	case missing(err):
		c.Says, c.Remedy = "Nomad has no /.well-known/jwks.json", "upgrade Nomad to 1.8 or later"
		return c
	case err != nil:
		c.Says, c.Remedy = inWords(err), "look at the log of Nomad's servers"
		return c
	case len(set.Keys) == 0:
		c.Says, c.Remedy = "Nomad has no keys to sign with", "nomad operator root keyring rotate"
		return c
	}
	return p.issuer(ctx, Check{What: c.What, Works: true, Says: fmt.Sprintf("Nomad gives the keys that it signs with (%d)", len(set.Keys))})
}

// issuer compares the configured issuer of identities with Nomad's own.
func (p probe) issuer(ctx context.Context, c Check) Check {
	var is struct {
		Issuer string `json:"issuer"`
	}
	_, err := p.cluster.Raw().Query("/.well-known/openid-configuration", &is, query(ctx))
	if err != nil && !missing(err) {
		return Check{What: c.What, Says: inWords(err), Remedy: "look at the log of Nomad's servers"}
	}
	if is.Issuer == p.settings.Issuer {
		return c
	}
	return Check{What: c.What,
		Says:   fmt.Sprintf("Nomad's servers have oidc_issuer %q, and nomad.issuer is %q: no runner could register", is.Issuer, p.settings.Issuer),
		Remedy: fmt.Sprintf("write nomad.issuer: %q", is.Issuer)}
}

// token checks the token's rights with requests about jobs that do not exist.
func (p probe) token(ctx context.Context) Check {
	c := Check{What: "nomad token", Says: "may do in namespace " + p.cluster.Namespace + " what runners need"}
	if _, _, err := p.cluster.Namespaces().Info(p.cluster.Namespace, query(ctx)); err != nil {
		c.Says, c.Remedy = p.explainToken(err)
		return c
	}
	nobody := p.settings.parent("nobody") + "/nothing"
	for _, try := range []struct {
		capability string
		ask        func() error
	}{
		{"list-jobs", func() error { _, _, err := p.cluster.Jobs().List(query(ctx)); return err }},
		{"read-job", func() error { _, _, err := p.cluster.Allocations().List(query(ctx)); return err }},
		{"dispatch-job", func() error {
			_, _, err := p.cluster.Jobs().DispatchOpts(&api.DispatchOptions{JobID: nobody}, write(ctx))
			return unlessAbsent(err)
		}},
	} {
		if err := try.ask(); err != nil {
			c.Says, c.Remedy = p.explainRefusal(try.capability, err)
			return c
		}
	}
	c.Works = true
	return c
}

// nodes counts the nodes that run containers. If the token may not read nodes, the pool works but
// does not know which are drained.
func (p probe) nodes(ctx context.Context) Check {
	c := Check{What: "nomad nodes", Optional: true}
	all, _, err := p.cluster.Nodes().List(query(ctx))
	if err != nil {
		c.Says = "the token may not read nodes: idle runners take work on a drained node until its deadline"
		c.Remedy = `add node { policy = "read" } to its policy (grader.policy.hcl)`
		return c
	}
	ready := 0
	for _, n := range all {
		if n.Status == api.NodeStatusReady && !n.Drain && n.Drivers["docker"] != nil && n.Drivers["docker"].Healthy {
			ready++
		}
	}
	c.Works, c.Says = true, fmt.Sprintf("%d of %d are ready, with Docker", ready, len(all))
	return c
}

// room asks Nomad's scheduler whether it could place a runner, without placing one.
func (p probe) room(ctx context.Context, f schema.Flavour) Check {
	c := Check{What: "flavour " + f.Name, Works: true, Says: "a node of the cluster has room for a runner"}
	job, _ := p.settings.specification(f)
	job.ParameterizedJob = nil // Nomad does not plan parameterized jobs
	trial := *job.ID + "/trial"
	job.ID, job.Name = &trial, &trial
	plan, _, err := p.cluster.Jobs().Plan(job, false, write(ctx))
	if err != nil {
		c.Works = false
		c.Says, c.Remedy = p.explainRefusedJob(err)
		return c
	}
	metric := plan.FailedTGAllocs[taskName]
	if metric == nil {
		return c
	}
	if running := p.running(ctx, f.Name); running > 0 && len(metric.DimensionExhausted) > 0 {
		c.Says = fmt.Sprintf("the cluster is full; %d of its runners are on it", running)
		return c
	}
	return Check{What: c.What, Says: placementFailure(metric), Remedy: placementRemedy(metric)}
}

// allocations returns Nomad's allocations of a flavour's runners.
func (p probe) allocations(ctx context.Context, flavour string) []*api.AllocationListStub {
	all, _, err := p.cluster.Allocations().List(query(ctx))
	if err != nil {
		return nil // the token's check reports it
	}
	var ours []*api.AllocationListStub
	for _, a := range all {
		if of, is := p.settings.flavourOf(a.JobID); is && of == flavour {
			ours = append(ours, a)
		}
	}
	return ours
}

// running counts a flavour's runners.
func (p probe) running(ctx context.Context, flavour string) int {
	n := 0
	for _, a := range p.allocations(ctx, flavour) {
		if a.ClientStatus == api.AllocClientStatusRunning {
			n++
		}
	}
	return n
}

// image derives the state of the image from the last runner. Nomad does not know which images its
// nodes have before a container is started from them.
func (p probe) image(ctx context.Context, f schema.Flavour) Check {
	c := Check{What: "image of " + f.Name, Works: true, Says: "no runner tells yet whether the nodes have it"}
	var last *api.AllocationListStub
	for _, a := range p.allocations(ctx, f.Name) {
		if last == nil || a.CreateIndex > last.CreateIndex {
			last = a
		}
	}
	switch {
	case last == nil:
	case last.ClientStatus == api.AllocClientStatusFailed:
		c.Works, c.Says = false, "on node "+last.NodeName+": "+taskFailure(last.TaskStates)
		c.Remedy = "load it on every node (nomad job run image.nomad.hcl), or name one by its digest that they reach"
	case last.ClientStatus != api.AllocClientStatusPending:
		c.Says = "node " + last.NodeName + " started a runner from it"
	}
	return c
}

// unlessAbsent returns err only if Nomad did not answer or rejected the token. Other errors are
// expected, because the request names a job that does not exist.
func unlessAbsent(err error) error {
	if status(err) == http.StatusForbidden || status(err) == http.StatusUnauthorized || status(err) == 0 {
		return err
	}
	return nil
}
