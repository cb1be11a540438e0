package nomad_test

import (
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/grader/grader/nomad"
	"github.com/grader/grader/schema"
)

func TestNomadAway(t *testing.T) {
	t.Parallel()
	f := newFakeNomad(t)
	f.down = true
	p, said := onFake(t, f)
	failure(t, p, "Nomad does not answer: list jobs: 500 no cluster leader")
	check(t, p.Ensure(t.Context(), small(), 1))
	f.mu.Lock()
	f.down = false
	f.mu.Unlock()
	said.next(t, "failed small: Nomad does not answer: list jobs: 500 no cluster leader")
	said.next(t, "expect grader-small/dispatch-1-x") // the pool carries out the earlier request
}

// TestNomadAwayForTenMinutes disconnects Nomad's servers for ten minutes. No runner loses its work,
// and requests from that time are carried out once the servers answer again.
func TestNomadAwayForTenMinutes(t *testing.T) {
	t.Parallel()
	f := newFakeNomad(t)
	served, grades := "grader-small/dispatch-1-x", "grader-small/dispatch-1-xx"
	var later atomic.Int64
	p, said := onFake(t, f, func(p *nomad.Pool) {
		p.Clock = func() time.Time { return time.Now().Add(time.Duration(later.Load())) }
	})
	check(t, p.Ensure(t.Context(), small(), 2))
	said.next(t, "expect "+served)
	said.next(t, "expect "+grades)
	f.has(alloc("a1", served, "running", "run"), alloc("a2", grades, "running", "run"))
	f.leave()
	said.next(t, "failed small: Nomad does not answer")
	failure(t, p, "Nomad does not answer")
	if err := p.Retire(t.Context(), served); schema.CodeOf(err) != schema.CodeUnavailable {
		t.Errorf("retired while Nomad is away: %v", err)
	}
	later.Store(int64(10 * time.Minute))
	check(t, p.Ensure(t.Context(), small(), 2))
	f.returns()
	said.next(t, "expect grader-small/dispatch-1-xxx") // no report of the runner that grades
	runners, err := p.List(t.Context())
	check(t, err)
	if len(runners) != 2 || runners[0].ID == served || runners[1].ID == served {
		t.Errorf("the runners are %+v", runners)
	}
	until(t, "no other job than that of the one that served is stopped", func() bool {
		f.mu.Lock()
		defer f.mu.Unlock()
		return slices.Equal(slices.Compact(slices.Clone(f.stopped)), []string{served})
	})
}

// TestRemovedParentJobIsRegisteredAgain removes the flavour's job from Nomad. The pool registers it
// again and no longer reports the earlier refusal.
func TestRemovedParentJobIsRegisteredAgain(t *testing.T) {
	t.Parallel()
	f := newFakeNomad(t)
	f.parents = map[string]bool{}
	p, said := onFake(t, f)
	check(t, p.Ensure(t.Context(), small(), 1))
	said.next(t, "expect grader-small/dispatch-1-x")
	f.mu.Lock()
	clear(f.parents)
	f.mu.Unlock()
	if err := p.Ensure(t.Context(), small(), 2); err == nil {
		t.Error("a job that is gone is dispatched")
	}
	said.next(t, "expect grader-small/dispatch-1-xx")
	until(t, "no failure is left", func() bool {
		runners, err := p.List(t.Context())
		return err == nil && !slices.ContainsFunc(runners, func(r schema.PoolRunner) bool { return r.Failure != "" })
	})
}
