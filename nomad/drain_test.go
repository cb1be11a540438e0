package nomad_test

import (
	"testing"

	"github.com/hashicorp/nomad/api"
)

// on sets the node of an allocation.
func on(node string, a *api.Allocation) *api.Allocation {
	a.NodeID = node
	return a
}

// drains sends the event of a drained node.
func (f *fakeNomad) drains(node string) {
	f.events <- api.Events{Index: 9, Events: []api.Event{{Topic: api.TopicNode, Payload: map[string]any{
		"Node": &api.Node{ID: node, DrainStrategy: &api.DrainStrategy{}}}}}}
}

// TestIdleRunnersLeaveADrainedNode checks that idle runners on a drained node are replaced. Nomad
// would keep them until the drain's deadline, which would end work that they receive.
func TestIdleRunnersLeaveADrainedNode(t *testing.T) {
	t.Parallel()
	f := newFakeNomad(t)
	p, said := onFake(t, f)
	check(t, p.Ensure(t.Context(), small(), 2))
	said.next(t, "expect grader-small/dispatch-1-x")
	said.next(t, "expect grader-small/dispatch-1-xx")
	f.happens(on("north", alloc("a1", "grader-small/dispatch-1-x", "running", "run")))
	f.happens(on("south", alloc("a2", "grader-small/dispatch-1-xx", "running", "run")))
	f.drains("south")
	said.next(t, "replace grader-small/dispatch-1-xx")
	f.drains("north")
	said.next(t, "replace grader-small/dispatch-1-x")
}

// TestIdleRunnersLeaveNodeDrainedEarlier checks that a server that starts while a node is drained
// detects this from the listing.
func TestIdleRunnersLeaveNodeDrainedEarlier(t *testing.T) {
	t.Parallel()
	f := newFakeNomad(t)
	f.has(on("south", alloc("a1", "grader-small/dispatch-1-x", "running", "run")))
	f.nodes = []*api.NodeListStub{{ID: "north"}, {ID: "south", Drain: true}}
	_, said := onFake(t, f)
	said.next(t, "replace grader-small/dispatch-1-x")
}

// TestTokenWithoutNodeRead checks that a pool works with a token that may not read nodes.
func TestTokenWithoutNodeRead(t *testing.T) {
	t.Parallel()
	f := newFakeNomad(t)
	f.blind = true
	p, said := onFake(t, f)
	check(t, p.Ensure(t.Context(), small(), 1))
	said.next(t, "expect grader-small/dispatch-1-x")
	f.happens(alloc("a1", "grader-small/dispatch-1-x", "lost", "stop"))
	said.next(t, "lost grader-small/dispatch-1-x")
}
