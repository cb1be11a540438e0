package nomad_test

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/nomad/api"

	"github.com/grader/grader/nomad"
	"github.com/grader/grader/schema"
)

// told records the pool's reports to the scheduler.
type told chan string

func (c told) Expect(runner, _ string)       { c <- "expect " + runner }
func (c told) Exited(runner, failure string) { c <- "exited " + runner + ": " + failure }
func (c told) Lost(runner, reason, failure string) {
	c <- "lost " + runner + ": " + reason + "; " + failure
}
func (c told) Failed(flavour, failure string) { c <- "failed " + flavour + ": " + failure }
func (c told) Withdrawn(runner string)        { c <- "withdrawn " + runner }
func (c told) Replace(runner string) bool     { c <- "replace " + runner; return true }

// next checks the next report.
func (c told) next(t *testing.T, words string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	select {
	case said := <-c:
		if !strings.Contains(said, words) {
			t.Errorf("told %q, want %q", said, words)
		}
	case <-ctx.Done():
		t.Fatalf("nobody was told %q", words)
	}
}

// onFake returns a pool on the fake with one flavour.
func onFake(t *testing.T, f *fakeNomad, change ...func(*nomad.Pool)) (*nomad.Pool, told) {
	t.Helper()
	cluster, err := nomad.Dial(nomad.Address{URL: f.URL})
	check(t, err)
	said := make(told, 100)
	p := &nomad.Pool{Cluster: cluster, Registrar: said, Logger: slog.New(slog.DiscardHandler),
		Settings: nomad.Settings{Prefix: "grader", Network: "n", Wall: "uid", Flavours: map[string]nomad.Placement{"small": {}}}}
	for _, c := range change {
		c(p)
	}
	p.Start(t.Context())
	t.Cleanup(func() { check(t, p.Close()) })
	return p, said
}

func small() schema.Flavour {
	return schema.Flavour{Name: "small", Image: "runner:1", CPU: 1, Memory: 1 << 30, Scratch: 1 << 30, Processes: 100}
}

// happens sends the event of an allocation.
func (f *fakeNomad) happens(a *api.Allocation) {
	f.events <- api.Events{Index: 8, Events: []api.Event{{Topic: api.TopicAllocation, Payload: map[string]any{"Allocation": a}}}}
}

// failure waits until staff can read a failure of the pool.
func failure(t *testing.T, p *nomad.Pool, words string) {
	t.Helper()
	until(t, "staff read "+words, func() bool {
		runners, err := p.List(t.Context())
		said := ""
		if err != nil {
			said = err.Error()
		}
		for _, r := range runners {
			said += r.Failure + "\n"
		}
		return strings.Contains(said, words)
	})
}

// until polls for a condition that has no signal.
func until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for !holds() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("it does not come: %s", what)
		}
	}
}

func TestRunnerEndMessages(t *testing.T) {
	t.Parallel()
	first := "grader-small/dispatch-1-x"
	evicted := alloc("a1", first, "running", "evict")
	evicted.DesiredDescription = "Preempted by alloc ID 7"
	drained := alloc("a1", first, "complete", "stop")
	drained.DesiredDescription = "alloc is being migrated"
	unpulled := alloc("a1", first, "failed", "run")
	unpulled.TaskStates = map[string]*api.TaskState{"runner": {Events: []*api.TaskEvent{
		{Type: api.TaskReceived}, {Type: api.TaskDriverFailure, DisplayMessage: "Failed to pull `runner:1`: no such host"}, {Type: "Not Restarting"}}}}
	for name, c := range map[string]struct {
		a     *api.Allocation
		words string
	}{
		"a node that is down":        {alloc("a1", first, "lost", "stop"), "lost " + first + ": the machine that graded it was lost; node n1 was lost"},
		"a node that was drained":    {drained, "lost " + first + ": its machine was taken out of service; stopped by Nomad on node n1: alloc is being migrated"},
		"an image that is not there": {unpulled, "exited " + first + ": on node n1: Failed to pull `runner:1`: no such host"},
		"a runner that ended":        {alloc("a1", first, "complete", "run"), "exited " + first + ": it ended before it registered"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFakeNomad(t)
			p, said := onFake(t, f)
			check(t, p.Ensure(t.Context(), small(), 1))
			said.next(t, "expect "+first)
			f.happens(alloc("a1", first, "running", "run"))
			f.happens(c.a)
			said.next(t, c.words)
			said.next(t, "expect grader-small/dispatch-1-xx")
		})
	}
}

// TestSilentNode has a node that does not answer Nomad but may still grade. Its runner is replaced
// only if it is idle, and keeps its work.
func TestSilentNode(t *testing.T) {
	t.Parallel()
	f := newFakeNomad(t)
	p, said := onFake(t, f)
	check(t, p.Ensure(t.Context(), small(), 1))
	said.next(t, "expect grader-small/dispatch-1-x")
	f.happens(alloc("a1", "grader-small/dispatch-1-x", "running", "run"))
	f.happens(alloc("a1", "grader-small/dispatch-1-x", "unknown", "run"))
	for range 2 { // in either order
		if one := <-said; one != "replace grader-small/dispatch-1-x" && one != "expect grader-small/dispatch-1-xx" {
			t.Errorf("told %q", one)
		}
	}
	f.happens(alloc("a1", "grader-small/dispatch-1-x", "running", "run"))
	f.happens(alloc("a1", "grader-small/dispatch-1-x", "complete", "run"))
	said.next(t, "exited grader-small/dispatch-1-x")
}

// noRoom returns Nomad's report that no node can place a runner.
func noRoom() *api.Evaluation {
	return &api.Evaluation{JobID: "grader-small/dispatch-1-x", FailedTGAllocs: map[string]*api.AllocationMetric{"runner": {
		NodesEvaluated: 3, DimensionExhausted: map[string]int{"memory": 2}, ConstraintFiltered: map[string]int{"${attr.cpu.arch} = arm64": 1}}}}
}

func TestFailedPlacementIsReported(t *testing.T) {
	t.Parallel()
	const words = "no room: 3 nodes were looked at, refused are 2 of no more memory, 1 by ${attr.cpu.arch} = arm64"
	f := newFakeNomad(t)
	p, said := onFake(t, f)
	check(t, p.Ensure(t.Context(), small(), 1))
	said.next(t, "expect")
	f.events <- api.Events{Index: 8, Events: []api.Event{{Topic: api.TopicEvaluation, Payload: map[string]any{"Evaluation": noRoom()}}}}
	said.next(t, "failed small: "+words)
	failure(t, p, words)
	check(t, p.Close())
	f.mu.Lock()
	f.blocked = append(f.blocked, noRoom())
	f.jobs = append(f.jobs, &api.JobListStub{ID: "grader-small/dispatch-1-x", ParentID: "grader-small", Status: "pending"})
	f.mu.Unlock()
	p, said = onFake(t, f) // the next process receives no event of this, so it must list
	said.next(t, "failed small: "+words)
	failure(t, p, words)
}

// TestFewerRunnersWanted checks that runners that wait for a node are withdrawn when fewer are
// wanted, and running ones never are.
func TestFewerRunnersWanted(t *testing.T) {
	t.Parallel()
	f := newFakeNomad(t)
	p, said := onFake(t, f)
	check(t, p.Ensure(t.Context(), small(), 2))
	said.next(t, "expect grader-small/dispatch-1-x")
	said.next(t, "expect grader-small/dispatch-1-xx")
	f.happens(alloc("a1", "grader-small/dispatch-1-x", "running", "run"))
	f.happens(alloc("a9", "grader-small/dispatch-1-seen", "running", "run"))
	f.happens(alloc("a9", "grader-small/dispatch-1-seen", "lost", "stop"))
	said.next(t, "lost grader-small/dispatch-1-seen") // so the first event was handled
	check(t, p.Ensure(t.Context(), small(), 0))
	runners, err := p.List(t.Context())
	check(t, err)
	if len(runners) != 1 || runners[0].ID != "grader-small/dispatch-1-x" || runners[0].Where != "allocation a1 on n1" {
		t.Errorf("runners %+v", runners)
	}
}

// TestRemovedFlavour removes a flavour from the configuration. Its running runners may be in the
// middle of a grading and end when the scheduler retires them. The same is true of a runner whose
// start Nomad's servers have not detected yet. Runners that wait for a node are not needed.
func TestRemovedFlavour(t *testing.T) {
	t.Parallel()
	f := newFakeNomad(t)
	grades, started, waits := "grader-large/dispatch-1-a", "grader-large/dispatch-1-b", "grader-large/dispatch-1-c"
	f.has(alloc("a1", grades, "running", "run"), alloc("a2", started, "pending", "run"))
	f.jobs = append(f.jobs, &api.JobListStub{ID: waits, ParentID: "grader-large", Status: "pending"})
	p, said := onFake(t, f)
	stopped := func(what ...string) func() bool {
		return func() bool {
			f.mu.Lock()
			defer f.mu.Unlock()
			return slices.Equal(f.stopped, what)
		}
	}
	until(t, "what waits is removed", stopped(waits))
	runners, err := p.List(t.Context())
	check(t, err)
	slices.SortFunc(runners, func(a, b schema.PoolRunner) int { return strings.Compare(a.ID, b.ID) })
	if len(runners) != 2 || runners[0].ID != grades || runners[1].ID != started || !runners[0].Alive || !runners[1].Alive {
		t.Errorf("the runners are %+v", runners)
	}
	retired := make(chan error, 1)
	go func() { retired <- p.Retire(context.WithoutCancel(t.Context()), grades) }()
	until(t, "what graded is stopped", stopped(waits, grades))
	f.happens(alloc("a1", grades, "complete", "stop"))
	check(t, <-retired)
	if len(said) != 0 {
		t.Errorf("told %q", <-said)
	}
}

// TestChangedFlavourRolls checks that a changed flavour is a new job, and that the runners of the
// old one are replaced one after the other.
func TestChangedFlavourRolls(t *testing.T) {
	t.Parallel()
	f := newFakeNomad(t)
	ours := newRSA(t, "one")
	f.keys.Keys = append(f.keys.Keys, ours.public())
	f.jobs = append(f.jobs, &api.JobListStub{ID: "grader-small/dispatch-0-old", ParentID: "grader-small", Status: "running", Meta: map[string]string{"grader_make": "old"}})
	f.allocs = append(f.allocs, alloc("a0", "grader-small/dispatch-0-old", "running", "run"), alloc("a1", "grader-small/dispatch-1-x", "running", "run"))
	p, said := onFake(t, f)
	check(t, p.Ensure(t.Context(), small(), 2))
	f.mu.Lock()
	registered := len(f.registered)
	f.mu.Unlock()
	if registered != 1 {
		t.Errorf("%d jobs were registered", registered)
	}
	said.next(t, "replace grader-small/dispatch-0-old")
	c := good(time.Now())
	c["nomad_allocation_id"] = "a0"
	if _, err := p.Identify(t.Context(), "small", ours.sign(t, c)); schema.CodeOf(err) != schema.CodeForbidden {
		t.Errorf("one of the old make registers: %v", err)
	}
}

// TestPastPlacementFailureIsCleared checks that a reason is dropped once a node has placed the
// runner or none is wanted. Later reports of the same evaluation do not restore it.
func TestPastPlacementFailureIsCleared(t *testing.T) {
	t.Parallel()
	evaluated := func(f *fakeNomad) {
		f.events <- api.Events{Index: 8, Events: []api.Event{{Topic: api.TopicEvaluation, Payload: map[string]any{"Evaluation": noRoom()}}}}
	}
	for name, over := range map[string]func(t *testing.T, f *fakeNomad, p *nomad.Pool, said told){
		"a node takes it": func(_ *testing.T, f *fakeNomad, _ *nomad.Pool, _ told) {
			f.happens(alloc("a1", "grader-small/dispatch-1-x", "running", "run"))
		},
		"it is withdrawn": func(t *testing.T, _ *fakeNomad, p *nomad.Pool, said told) {
			check(t, p.Ensure(t.Context(), small(), 0))
			said.next(t, "withdrawn grader-small/dispatch-1-x")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFakeNomad(t)
			p, said := onFake(t, f)
			check(t, p.Ensure(t.Context(), small(), 1))
			said.next(t, "expect")
			evaluated(f)
			said.next(t, "failed small: no room")
			over(t, f, p, said)
			evaluated(f)
			f.happens(alloc("a9", "grader-small/dispatch-1-seen", "running", "run"))
			f.happens(alloc("a9", "grader-small/dispatch-1-seen", "lost", "stop"))
			said.next(t, "lost grader-small/dispatch-1-seen") // so all earlier events were handled
			runners, err := p.List(t.Context())
			check(t, err)
			for _, r := range runners {
				if r.Failure != "" || r.Full {
					t.Errorf("staff still read %+v", r)
				}
			}
		})
	}
}
