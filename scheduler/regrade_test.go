package scheduler_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/grader/grader/scheduler"
	"github.com/grader/grader/schema"
)

// regradeSet queues a set of n regrades: n graded submissions of one student, graded again.
func (b *bundle) regradeSet(login string, n int) {
	b.t.Helper()
	ctx := b.t.Context()
	s := b.Scheduler
	b.Scheduler = nil // grade them without runners
	for range n {
		b.push(login)
		now := time.Now()
		j, err := b.store.Claim(ctx, "first", "standard", now, time.Minute)
		check(b.t, err)
		_, err = b.store.Finish(ctx, j.ID, j.Attempt, graded(), now)
		check(b.t, err)
	}
	b.Scheduler = s
	a, err := b.store.Assignment(ctx, "comp2402", "a1")
	check(b.t, err)
	_, err = b.store.CreateRegrade(ctx, schema.Operator(), schema.NewRegrade{Assignment: a, Which: schema.RegradeAll, Reason: "test 3 was wrong"})
	check(b.t, err)
	if s != nil {
		s.Wake()
	}
}

// most sets the maximum number of the flavour's runners.
func most(n int) func(*scheduler.Scheduler) {
	return func(s *scheduler.Scheduler) {
		s.Flavours = map[string]schema.Flavour{"standard": {Memory: 1 << 28, Warm: 1, Max: n}}
	}
}

// poll is a waiting claim of a device.
type poll struct {
	*device
	done chan answer
}

func (d *device) poll(ctx context.Context, wait time.Duration) poll {
	p := poll{d, make(chan answer, 1)}
	go func() { p.done <- d.doCtx(ctx, "POST", "/claim?wait="+wait.String(), strings.NewReader("")) }()
	return p
}

// order returns the claimed order. It returns false if the claim still waits.
func (p poll) order() (o schema.Order, ok bool) {
	p.b.t.Helper()
	synctest.Wait()
	select {
	case a := <-p.done:
		a.want(p.b.t, http.StatusOK)
		decodeInto(p.b.t, a.body, &o)
		return o, true
	default:
		return o, false
	}
}

// TestPushFindsReadyRunnerBesideRegradeSet checks that a flavour with several runners keeps one of
// them free of regrades. A push that arrives while a set is running is claimed immediately,
// whichever jobs have ended.
func TestPushFindsReadyRunnerBesideRegradeSet(t *testing.T) {
	t.Parallel()
	for _, runners := range []int{2, 4} {
		synctest.Test(t, func(t *testing.T) {
			b := newBundle(t).start(most(runners))
			ctx, leave := context.WithCancel(t.Context())
			defer leave()
			b.regradeSet("alice", 8*(runners-1)+1)
			waiting := map[*device]poll{}
			running := map[*device]schema.Order{}
			settle := func() (pushes int) {
				for len(waiting)+len(running) < runners { // the pool replaces runners that ended
					d := b.newDevice()
					waiting[d] = d.poll(ctx, time.Hour)
				}
				for d, p := range waiting {
					if o, ok := p.order(); ok {
						delete(waiting, d)
						running[d] = o
						if regrade := o.Kind == schema.JobRegrade; o.Background != regrade {
							t.Errorf("a %s in the background: %v", o.Kind, o.Background)
						}
						if o.Kind != schema.JobRegrade {
							pushes++
						}
					}
				}
				return pushes
			}
			for round := range 8 {
				settle()
				if len(waiting) != 1 || len(running) != runners-1 {
					t.Fatalf("%d runners, round %d: %d wait and %d run, want 1 free of regrades", runners, round, len(waiting), len(running))
				}
				began := time.Now()
				b.push("bob")
				if pushes := settle(); pushes != 1 || time.Since(began) != 0 {
					t.Fatalf("%d runners, round %d: %d pushes were claimed at once, want 1", runners, round, pushes)
				}
				for d, o := range running { // every job ends before the replacements start
					d.result(o, graded()).want(t, 204)
					delete(running, d)
				}
			}
		})
	}
}

// TestRunnerStartsInTheBackgroundBesideReadyOne checks that a runner starts in the background while
// another one of its flavour is ready.
func TestRunnerStartsInTheBackgroundBesideReadyOne(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBundle(t).start(most(2))
		ctx, leave := context.WithCancel(t.Context())
		defer leave()
		starts := func(want bool, when string) {
			t.Helper()
			synctest.Wait()
			if got := b.Issue("next", "standard").Background; got != want {
				t.Errorf("%s, a runner starts in the background: %v", when, got)
			}
		}
		starts(false, "before any runner is ready")
		ready := b.newDevice().poll(ctx, time.Hour)
		starts(true, "while one is ready")
		if b.Issue("other", "large").Background {
			t.Error("a runner of another flavour starts in the background")
		}
		b.push("bob")
		if _, ok := ready.order(); !ok {
			t.Fatal("the ready runner did not get the push")
		}
		starts(false, "after a push has taken it")
	})
}

func TestOneRunnerServesRegradesBetweenPushes(t *testing.T) {
	t.Parallel()
	b := newBundle(t).start(most(1))
	b.regradeSet("alice", 3)
	d := b.newDevice()
	o := d.claim()
	if o.Kind != schema.JobRegrade {
		t.Fatalf("claimed %+v, want a regrade: nothing else waits", o)
	}
	b.push("bob")
	d.result(o, graded()).want(t, 204)
	if o := b.newDevice().claim(); o.Name != "comp2402/a1/bob/1" {
		t.Errorf("claimed %s, want bob's push before the other regrades", o.Name)
	}
	if o := b.newDevice().claim(); o.Kind != schema.JobRegrade {
		t.Errorf("claimed %+v, want a regrade", o)
	}
}

// TestLoneRunnerServesRegradeAfterOnePoll checks that a pool that can start only one runner does
// not keep regrades waiting forever.
func TestLoneRunnerServesRegradeAfterOnePoll(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBundle(t).start()
		b.regradeSet("alice", 2)
		p := b.newDevice().poll(t.Context(), 25*time.Second)
		if _, ok := p.order(); ok {
			t.Error("the only ready runner took a regrade at once")
		}
		began := time.Now()
		a := <-p.done
		a.want(t, 200)
		if took := time.Since(began); took != 25*time.Second {
			t.Errorf("after %v, want one poll", took)
		}
	})
}

// TestFreeRunnerStaysFreeBesideLongRegrade checks that the free runner does not take a regrade
// while another one takes long.
func TestFreeRunnerStaysFreeBesideLongRegrade(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBundle(t).start(most(2))
		b.regradeSet("alice", 5)
		polls := [2]poll{b.newDevice().poll(t.Context(), 25*time.Second), b.newDevice().poll(t.Context(), 25*time.Second)}
		_, first := polls[0].order()
		_, second := polls[1].order()
		if first == second {
			t.Fatalf("claimed: %v, %v; want one regrade", first, second)
		}
		free := polls[1]
		if second {
			free = polls[0]
		}
		(<-free.done).want(t, http.StatusNoContent)
		again := free.poll(t.Context(), 25*time.Second)
		b.push("bob")
		if o, ok := again.order(); !ok || o.Name != "comp2402/a1/bob/1" {
			t.Errorf("claimed %v %q, want bob's push", ok, o.Name)
		}
	})
}

// TestOneRegradeAsksForSecondRunner checks that a set with one regrade starts a second runner.
// Otherwise the set would wait forever.
func TestOneRegradeAsksForSecondRunner(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBundle(t).start(most(2))
		synctest.Wait()
		if n := b.pool.last(); n != 1 {
			t.Fatalf("%d runners without jobs, want 1", n)
		}
		b.regradeSet("alice", 1)
		time.Sleep(time.Second) // of the bubble's clock; the keeper runs at most ten times a second
		if n := b.pool.last(); n != 2 {
			t.Errorf("%d runners, want 2", n)
		}
	})
}
