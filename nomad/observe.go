package nomad

import (
	"github.com/hashicorp/nomad/api"
)

// allocState is the state of an allocation as Nomad reports it.
type allocState struct {
	id, job, node, nodeID, client, desired, why string
	tasks                                       map[string]*api.TaskState
}

// over reports whether the allocation has ended.
func (s allocState) over() bool {
	switch s.client {
	case api.AllocClientStatusComplete, api.AllocClientStatusFailed, api.AllocClientStatusLost:
		return true
	}
	return false
}

// silent reports whether the allocation's node does not answer Nomad. The runner may still work, so
// the lease decides about its job.
func (s allocState) silent() bool { return s.client == api.AllocClientStatusUnknown }

// stopped reports whether Nomad is ending the allocation or has ended it.
func (s allocState) stopped() bool { return s.desired != api.AllocDesiredStatusRun }

// ending describes how a runner ended.
type ending struct {
	lost            bool   // it did not end on its own
	reason, failure string // for the student if it was lost, and for staff
}

// ending returns how an allocation ended.
func (s allocState) ending() ending {
	switch {
	case s.client == api.AllocClientStatusLost:
		return ending{lost: true, reason: "the machine that graded it was lost", failure: "node " + s.node + " was lost"}
	case s.stopped():
		return ending{lost: true, reason: "its machine was taken out of service", failure: "stopped by Nomad on node " + s.node + ": " + s.why}
	case s.client == api.AllocClientStatusFailed:
		return ending{failure: "on node " + s.node + ": " + taskFailure(s.tasks)}
	}
	return ending{}
}

// observe handles the state of an allocation if it belongs to one of the pool's runners.
func (p *Pool) observe(s allocState) {
	flavour, ours := p.Settings.flavourOf(s.job)
	if !ours {
		return
	}
	p.mu.Lock()
	r := p.runners[s.job]
	if r == nil && (s.over() || s.stopped() || p.pendingRemoval[s.job]) {
		p.mu.Unlock()
		return
	}
	if r == nil {
		r = p.addRunner(s.job, flavour)
	}
	r.alloc, r.node, r.nodeID = s.id, s.node, s.nodeID
	delete(p.noRoom, r.id)
	fell := s.silent() && !r.silent
	r.leaving, r.silent = r.leaving || s.stopped(), s.silent()
	g := p.group(flavour)
	p.mu.Unlock()
	switch {
	case s.over():
		p.runnerEnded(r, s.ending())
	case s.stopped(), fell:
		p.refill(g)
	}
	if fell {
		p.Logger.Warn("a runner's node does not answer to Nomad", "runner", r.id, "node", s.node)
		p.Registrar.Replace(r.id)
	}
}

// runnerEnded records a runner's end and starts its replacement.
func (p *Pool) runnerEnded(r *runner, how ending) {
	p.mu.Lock()
	if p.runners[r.id] != r {
		p.mu.Unlock()
		return
	}
	p.forget(r)
	retired, g := r.retired, p.group(r.flavour)
	p.pendingRemoval[r.id] = true
	if !retired && !r.registered && !how.lost {
		if how.failure == "" {
			how.failure = "it ended before it registered"
		}
		g.failure = how.failure
		g.pause(p.Clock())
	}
	p.mu.Unlock()
	if !retired {
		p.Logger.Warn("runner ended", "runner", r.id, "where", r.where(), "registered", r.registered, "failure", how.failure)
		p.reportEnd(r, how)
	}
	p.remove(r.id)
	p.refill(g)
	p.replaceOutdated(g)
}

// reportEnd reports a runner's end to the scheduler.
func (p *Pool) reportEnd(r *runner, how ending) {
	if how.lost {
		p.Registrar.Lost(r.id, how.reason, how.failure)
		return
	}
	p.Registrar.Exited(r.id, how.failure)
}

// handleEvaluation handles Nomad's evaluation of a runner's placement.
func (p *Pool) handleEvaluation(e *api.Evaluation) {
	flavour, ours := p.Settings.flavourOf(e.JobID)
	if !ours || len(e.FailedTGAllocs) == 0 {
		return
	}
	failure := placementFailure(e.FailedTGAllocs[taskName])
	if p.recordNoRoom(e.JobID, flavour, failure) {
		p.Registrar.Failed(flavour, failure)
		p.Logger.Warn("no node can place a runner; it waits for one", "flavour", flavour, "failure", failure)
	}
}

// recordNoRoom records why no node can place a job, unless a node has placed it or the job is no
// longer wanted. news reports whether the reason is new for the flavour.
func (p *Pool) recordNoRoom(job, flavour, failure string) (news bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if r := p.runners[job]; p.pendingRemoval[job] || r != nil && (r.alloc != "" || r.retired) {
		return false
	}
	p.noRoom[job] = failure // the evaluation may arrive before the runner is known
	g := p.group(flavour)
	news = g.toldOf != failure
	g.toldOf = failure
	return news
}

// replaceOutdated replaces one idle runner of an older specification, if any. The next one is
// replaced after the fresh runner has registered.
func (p *Pool) replaceOutdated(g *group) {
	for _, id := range p.outdated(g) {
		if p.Registrar.Replace(id) {
			return
		}
	}
}

// outdated returns the group's runners whose specification differs from the registered one.
func (p *Pool) outdated(g *group) []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var ids []string
	for _, r := range p.runners {
		if r.flavour == g.flavour.Name && r.serves() && p.isOutdated(r, g) {
			ids = append(ids, r.id)
		}
	}
	return ids
}

// isOutdated reports whether a runner's specification differs from the group's. mu is held.
func (p *Pool) isOutdated(r *runner, g *group) bool {
	return r.make != "" && g.make != "" && r.make != g.make
}
