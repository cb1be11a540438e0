package nomad

import (
	"context"
	"errors"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/nomad/api"

	"github.com/grader/grader/schema"
)

const (
	// checkAfter is the time after which a stream is restarted, because it may have lost its
	// connection unnoticed.
	checkAfter = 2 * time.Minute
	// awayPause is the longest pause between two attempts to reach Nomad.
	awayPause = 5 * time.Second
)

// watch follows the cluster until ctx ends. It calls asked after the first attempt.
func (p *Pool) watch(ctx context.Context, asked func()) {
	for pause := firstPause; ctx.Err() == nil; pause = min(2*pause, awayPause) {
		began := p.Clock()
		err := p.follow(ctx, asked)
		asked()
		if ctx.Err() != nil {
			return
		}
		if err == nil {
			pause = firstPause
			continue
		}
		p.markUnreachable(err)
		if p.Clock().Sub(began) > awayPause {
			pause = firstPause
		}
		rest(ctx, pause)
	}
}

// markUnreachable records that the cluster's state is unknown.
func (p *Pool) markUnreachable(err error) {
	p.mu.Lock()
	first := p.unreachable == nil || errors.Is(p.unreachable, errNotAsked)
	if p.unreachable == nil {
		p.answers = make(chan struct{})
	}
	p.unreachable = &schema.Error{Code: schema.CodeUnavailable, Message: "Nomad does not answer: " + inWords(err), Err: err}
	p.mu.Unlock()
	if !first {
		return
	}
	p.Logger.Warn("Nomad does not answer; busy runners continue", "error", err)
	for flavour := range p.Settings.Flavours {
		p.Registrar.Failed(flavour, "Nomad does not answer: "+inWords(err))
	}
}

// follow lists the pool's state in the cluster and then handles events, until the stream breaks
// (the error says why) or must be restarted (nil).
func (p *Pool) follow(ctx context.Context, listed func()) error {
	ctx, cancel := context.WithTimeout(ctx, checkAfter)
	defer cancel()
	index, err := p.list(ctx)
	if err != nil {
		return err
	}
	nodes, err := p.listNodes(ctx)
	if err != nil {
		return err
	}
	p.markReachable()
	listed()
	events, err := p.Cluster.EventStream().Stream(ctx, topics(nodes), index, &api.QueryOptions{})
	if err != nil {
		return unanswered("follow events", err)
	}
	for batch := range events {
		if batch.Err != nil {
			return brokenUnless(ctx, batch.Err)
		}
		for _, e := range batch.Events {
			if err := p.handleEvent(e); err != nil {
				return err
			}
		}
	}
	return nil
}

// brokenUnless returns nil for a stream that was ended to restart it.
func brokenUnless(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return unanswered("follow events", err)
}

// markReachable records that the cluster's state is known, and starts the missing runners.
func (p *Pool) markReachable() {
	p.mu.Lock()
	back := p.unreachable != nil
	if back {
		close(p.answers)
	}
	p.unreachable = nil
	groups := slices.Collect(maps.Values(p.groups))
	p.mu.Unlock()
	if !back {
		return
	}
	for _, g := range groups {
		p.refill(g)
	}
}

// handleEvent handles one event.
func (p *Pool) handleEvent(e api.Event) error {
	switch e.Topic {
	case api.TopicAllocation:
		a, err := e.Allocation()
		if err != nil {
			return unanswered("read an event", err)
		}
		if a != nil {
			p.observe(allocState{
				id: a.ID, job: a.JobID, node: a.NodeName, nodeID: a.NodeID, client: a.ClientStatus, desired: a.DesiredStatus,
				why: a.DesiredDescription, tasks: a.TaskStates,
			})
		}
	case api.TopicNode:
		n, err := e.Node()
		if err != nil {
			return unanswered("read an event", err)
		}
		if n != nil {
			p.watchNode(n)
		}
	case api.TopicEvaluation:
		ev, err := e.Evaluation()
		if err != nil {
			return unanswered("read an event", err)
		}
		if ev != nil {
			p.handleEvaluation(ev)
		}
	}
	return nil
}

// list reads the whole state and returns its index.
func (p *Pool) list(ctx context.Context) (uint64, error) {
	ctx, cancel := context.WithTimeout(ctx, callPatience)
	defer cancel()
	began := p.Clock()
	all, meta, err := p.Cluster.Jobs().ListOptions(&api.JobListOptions{Fields: &api.JobListFields{Meta: true}},
		(&api.QueryOptions{Prefix: p.Settings.Prefix + "-"}).WithContext(ctx))
	if err != nil {
		return 0, unanswered("list jobs", err)
	}
	filter := `JobID matches "^` + regexp.QuoteMeta(p.Settings.Prefix) + `-"`
	allocs, _, err := p.Cluster.Allocations().List((&api.QueryOptions{Filter: filter}).WithContext(ctx))
	if err != nil {
		return 0, unanswered("list allocations", err)
	}
	states := make([]allocState, len(allocs))
	placed := make(map[string]bool, len(allocs))
	for i, a := range allocs {
		states[i] = allocState{
			id: a.ID, job: a.JobID, node: a.NodeName, nodeID: a.NodeID, client: a.ClientStatus, desired: a.DesiredStatus,
			why: a.DesiredDescription, tasks: a.TaskStates,
		}
		placed[a.JobID] = placed[a.JobID] || !states[i].over()
	}
	for _, id := range p.syncJobs(all, placed) {
		p.remove(id)
	}
	for _, state := range states {
		p.observe(state)
	}
	p.endUnlisted(all, began)
	return meta.LastIndex, p.listBlocked(ctx)
}

// listBlocked handles the runners that have waited for room since before the stream began.
func (p *Pool) listBlocked(ctx context.Context) error {
	filter := `Status == "blocked" and JobID matches "^` + regexp.QuoteMeta(p.Settings.Prefix) + `-"`
	blocked, _, err := p.Cluster.Evaluations().List((&api.QueryOptions{Filter: filter}).WithContext(ctx))
	if err != nil {
		return unanswered("list evaluations", err)
	}
	for _, e := range blocked {
		p.handleEvaluation(e)
	}
	return nil
}

// syncJobs records the listed dispatched jobs and returns those to remove: jobs whose removal is
// pending, and jobs without a node of flavours that this server does not serve. A job that was
// placed on a node may be in the middle of a grading, even if Nomad's servers do not know yet that
// it runs; the scheduler retires it afterwards.
func (p *Pool) syncJobs(jobs []*api.JobListStub, placed map[string]bool) (removed []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	listed := make(map[string]bool, len(jobs))
	for _, j := range jobs {
		flavour, ours := p.Settings.flavourOf(j.ID)
		if !ours || !strings.HasPrefix(j.ParentID, p.Settings.Prefix) {
			continue
		}
		listed[j.ID] = true
		_, served := p.Settings.Flavours[flavour]
		_, known := p.runners[j.ID]
		switch {
		case p.pendingRemoval[j.ID] || !served && !placed[j.ID] || !known && (j.Stop || j.Status == "dead"):
			p.pendingRemoval[j.ID] = true
			removed = append(removed, j.ID)
		default:
			r := p.addRunner(j.ID, flavour)
			r.make = j.Meta[makeKey]
		}
	}
	for id := range p.pendingRemoval {
		if !listed[id] && p.runners[id] == nil {
			delete(p.pendingRemoval, id)
		}
	}
	for id := range p.noRoom {
		if !listed[id] && p.runners[id] == nil {
			delete(p.noRoom, id)
		}
	}
	return removed
}

// endUnlisted records the end of runners that existed before the listing began and are not in it,
// because somebody removed them from Nomad.
func (p *Pool) endUnlisted(jobs []*api.JobListStub, began time.Time) {
	listed := make(map[string]*api.JobListStub, len(jobs))
	for _, j := range jobs {
		listed[j.ID] = j
	}
	p.mu.Lock()
	var lost []*runner
	for id, r := range p.runners {
		j := listed[id]
		if r.createdAt.Before(began) && (j == nil || j.Stop && r.alloc == "") {
			lost = append(lost, r)
		}
	}
	p.mu.Unlock()
	for _, r := range lost {
		p.runnerEnded(r, ending{lost: true, reason: "its machine was taken away", failure: "its job was stopped in Nomad"})
	}
}
