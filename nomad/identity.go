package nomad

import (
	"context"
	"slices"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/hashicorp/nomad/api"

	"github.com/grader/grader/schema"
)

// maxSkew is the largest accepted difference between the clocks of Nomad's servers and this
// one.
const maxSkew = 30 * time.Second

// claims holds the claims about an allocation that Nomad's servers sign.
type claims struct {
	jwt.Claims
	Namespace  string `json:"nomad_namespace"`
	Job        string `json:"nomad_job_id"` // for a dispatched job, its parent
	Allocation string `json:"nomad_allocation_id"`
	Task       string `json:"nomad_task"`
}

// algorithms returns the signature algorithms that Nomad uses.
func algorithms() []jose.SignatureAlgorithm {
	return []jose.SignatureAlgorithm{jose.RS256, jose.EdDSA}
}

// Identify returns the runner that an identity was made for. The identity must be signed by
// Nomad's servers for this service, not expired, and belong to a running allocation of the
// flavour. The scheduler lets each runner register once.
func (p *Pool) Identify(ctx context.Context, flavour, identity string) (string, error) {
	c, err := p.verify(ctx, identity)
	if err != nil {
		return "", err
	}
	if c.Job != p.Settings.parent(flavour) || c.Task != taskName {
		return "", schema.Errorf(schema.CodeForbidden, "the identity does not belong to a runner of flavour %s", flavour)
	}
	alloc, _, err := p.Cluster.Allocations().Info(c.Allocation, (&api.QueryOptions{Namespace: c.Namespace}).WithContext(ctx))
	if missing(err) {
		return "", schema.Errorf(schema.CodeForbidden, "the identity belongs to an allocation that has ended")
	}
	if err != nil {
		return "", unanswered("look for an allocation", err)
	}
	return p.admit(flavour, alloc)
}

// verify checks an identity's signature and claims.
func (p *Pool) verify(ctx context.Context, identity string) (claims, error) {
	var c claims
	token, err := jwt.ParseSigned(identity, algorithms())
	if err != nil || len(token.Headers) != 1 {
		return c, schema.Errorf(schema.CodeUnauthenticated, "the identity is not signed by Nomad")
	}
	key, err := p.keys.find(ctx, token.Headers[0].KeyID)
	if err != nil {
		return c, err
	}
	if string(key.Algorithm) != token.Headers[0].Algorithm || token.Claims(key.Key, &c) != nil {
		return c, schema.Errorf(schema.CodeUnauthenticated, "the identity's signature is not Nomad's")
	}
	expected := jwt.Expected{Issuer: p.Settings.Issuer, AnyAudience: jwt.Audience{identityName}, Time: p.Clock()}
	if err := c.ValidateWithLeeway(expected, maxSkew); err != nil {
		return c, schema.Wrapf(schema.CodeUnauthenticated, err, "the identity does not count here: %s", err)
	}
	if c.Expiry == nil || c.Issuer != p.Settings.Issuer || !slices.Contains(c.Audience, identityName) {
		return c, schema.Errorf(schema.CodeUnauthenticated, "the identity has no expiry, or another issuer")
	}
	if c.Namespace != p.Cluster.Namespace {
		return c, schema.Errorf(schema.CodeForbidden, "the identity belongs to namespace %s", c.Namespace)
	}
	return c, nil
}

// admit returns the runner of an allocation if the allocation runs and the runner may serve.
func (p *Pool) admit(flavour string, alloc *api.Allocation) (string, error) {
	of, ours := p.Settings.flavourOf(alloc.JobID)
	s := allocState{id: alloc.ID, job: alloc.JobID, client: alloc.ClientStatus, desired: alloc.DesiredStatus}
	if !ours || of != flavour || s.over() || s.stopped() {
		return "", schema.Errorf(schema.CodeForbidden, "the identity belongs to an allocation that is being ended")
	}
	p.mu.Lock()
	g := p.group(flavour)
	r := p.runners[alloc.JobID]
	if r == nil && !p.pendingRemoval[alloc.JobID] {
		r = p.addRunner(alloc.JobID, flavour) // its event has not arrived yet
		if alloc.Job != nil {
			r.make = alloc.Job.Meta[makeKey]
		}
	}
	if r == nil || r.retired || p.isOutdated(r, g) || r.registered && r.alloc != alloc.ID {
		p.mu.Unlock()
		return "", schema.Errorf(schema.CodeForbidden, "this runner is retired; another one takes its place")
	}
	r.alloc, r.node, r.nodeID, r.registered = alloc.ID, alloc.NodeName, alloc.NodeID, true
	p.mu.Unlock()
	p.replaceOutdated(g)
	return r.id, nil
}
