package nomad

import (
	"context"

	"github.com/hashicorp/nomad/api"

	"github.com/grader/grader/schema"
)

// makeKey is the metadata key for the fingerprint of a job's specification.
const makeKey = "grader_make"

// write returns the options of a write to Nomad.
func write(ctx context.Context) *api.WriteOptions { return (&api.WriteOptions{}).WithContext(ctx) }

// start dispatches one runner of the group.
func (p *Pool) start(ctx context.Context, g *group) error {
	parent := p.Settings.parent(g.flavour.Name)
	answer, _, err := p.Cluster.Jobs().DispatchOpts(&api.DispatchOptions{JobID: parent}, write(ctx))
	if err != nil {
		p.mu.Lock()
		g.make = "" // somebody may have removed the job that is dispatched
		p.mu.Unlock()
		return unanswered("dispatch a runner", err)
	}
	if p.dispatched(answer.DispatchedJobID, g) {
		p.Registrar.Expect(answer.DispatchedJobID, g.flavour.Name)
	}
	p.Logger.Debug("runner dispatched", "runner", answer.DispatchedJobID, "flavour", g.flavour.Name)
	return nil
}

// dispatched records a runner that was just dispatched. It returns false if the runner's end was
// reported before the response to the dispatch.
func (p *Pool) dispatched(id string, g *group) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.pendingRemoval[id] {
		return false
	}
	p.addRunner(id, g.flavour.Name).make = g.make
	return true
}

// define registers the flavour's parameterized job if Nomad has none or a different one.
// Runners of an older specification are then replaced one after the other.
func (p *Pool) define(ctx context.Context, g *group) error {
	p.mu.Lock()
	f, known := g.flavour, g.make
	p.mu.Unlock()
	job, fingerprint := p.Settings.specification(f)
	if known == fingerprint {
		return nil
	}
	there, _, err := p.Cluster.Jobs().Info(*job.ID, (&api.QueryOptions{}).WithContext(ctx))
	if err != nil && !missing(err) {
		return unanswered("look for job "+*job.ID, err)
	}
	if err != nil || there.Meta[makeKey] != fingerprint || there.Stop != nil && *there.Stop {
		if _, _, err := p.Cluster.Jobs().Register(job, write(ctx)); err != nil {
			return unanswered("register job "+*job.ID, err)
		}
		p.Logger.Info("runners' job registered", "job", *job.ID, "make", fingerprint)
	}
	p.mu.Lock()
	g.make = fingerprint
	p.mu.Unlock()
	p.replaceOutdated(g)
	return nil
}

// addRunner returns the runner of a dispatched job and adds it if it is new. mu is held.
func (p *Pool) addRunner(id, flavour string) *runner {
	r := p.runners[id]
	if r == nil {
		r = &runner{id: id, flavour: flavour, createdAt: p.Clock(), gone: make(chan struct{})}
		p.runners[id] = r
	}
	return r
}

// unanswered wraps a failed call to Nomad in an error with a message for people.
func unanswered(what string, err error) error {
	return &schema.Error{Code: schema.CodeUnavailable, Message: "Nomad: " + what + ": " + inWords(err), Err: err}
}
