package scheduler_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/schema"
)

func TestClaimReturnsWholeOrder(t *testing.T) {
	t.Parallel()
	b := newBundle(t).start()
	d := b.newDevice()
	job := b.push("alice")
	o := d.claim()
	if o.Job != job.ID || o.Attempt != 1 || o.Name != "comp2402/a1/alice/1" || o.Lease != lease || o.Protocol != schema.Protocol {
		t.Errorf("order %+v", o)
	}
	if o.Flavour.Name != "standard" || o.Flavour.Memory != 1<<28 {
		t.Errorf("flavour %+v", o.Flavour)
	}
	if j := b.job(job.ID); j.State != schema.StateAssigned || j.Runner != d.id {
		t.Errorf("job %+v", j)
	}
}

func TestClaimWaitsWithoutPolling(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBundle(t).start()
		d := b.newDevice()
		began, looked := time.Now(), b.jobs.looked()
		d.do("POST", "/claim?wait=25s", "").want(t, http.StatusNoContent)
		if took := time.Since(began); took != 25*time.Second {
			t.Errorf("waited %v", took)
		}
		if n := b.jobs.looked() - looked; n != 2 { // at the start, and at the end for a regrade, since it is alone
			t.Errorf("looked %d times into an empty queue", n)
		}
	})
}

func TestPushWakesClaim(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBundle(t).start()
		d, began := b.newDevice(), time.Now()
		done := make(chan answer)
		go func() { done <- d.do("POST", "/claim?wait=25s", "") }()
		synctest.Wait()
		b.push("alice")
		(<-done).want(t, 200, "comp2402/a1/alice/1")
		if took := time.Since(began); took != 0 {
			t.Errorf("took %v of the clock", took)
		}
	})
}

// TestEachJobIsClaimedOnce checks that each job reaches exactly one of many runners although ring
// wakes only one claim.
func TestEachJobIsClaimedOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBundle(t).start()
		const n = 12
		got := make(chan schema.Order, n)
		var claims sync.WaitGroup
		for range n {
			d := b.newDevice()
			claims.Go(func() { got <- d.claimWaiting(t) })
		}
		synctest.Wait()
		began := time.Now()
		for i := range n {
			b.push([]string{"alice", "bob", "carol"}[i%3])
		}
		claims.Wait()
		seen := map[int64]bool{}
		for range n {
			if o := <-got; seen[o.Job] {
				t.Errorf("job %d twice", o.Job)
			} else {
				seen[o.Job] = true
			}
		}
		if took := time.Since(began); took != 0 {
			t.Errorf("somebody waited %v beside a queued job", took)
		}
	})
}

func TestOneWakeServesManyJobs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBundle(t).start()
		s := b.Scheduler
		var claims sync.WaitGroup
		for range 3 {
			d := b.newDevice()
			claims.Go(func() { d.claimWaiting(t) })
		}
		synctest.Wait()
		began := time.Now()
		b.Scheduler = nil // queue three jobs without a wake-up
		for _, login := range []string{"alice", "bob", "carol"} {
			b.push(login)
		}
		b.Scheduler = s
		b.Wake()
		claims.Wait()
		if took := time.Since(began); took != 0 {
			t.Errorf("took %v", took)
		}
	})
}

// claimWaiting claims with a long poll and expects a job.
func (d *device) claimWaiting(t *testing.T) (o schema.Order) {
	a := d.do("POST", "/claim?wait=25s", "")
	a.want(t, 200)
	decodeInto(t, a.body, &o)
	return o
}

func TestRunnerServesOneJobOnly(t *testing.T) {
	t.Parallel()
	b := newBundle(t).start()
	d := b.newDevice()
	b.push("alice")
	b.push("bob")
	o := d.claim()
	if again := d.claim(); !cmp.Equal(o, again) {
		t.Errorf("asked again before it began: %+v, want %+v", again, o)
	}
	d.events(o, 0, started()).want(t, 204)
	d.do("POST", "/claim?wait=0s", "").want(t, 409, "has had its one job")
	d.result(o, graded()).want(t, 204)
	if a := d.do("POST", "/claim?wait=0s", ""); a.status != 409 && a.status != 401 {
		t.Errorf("a second job? %+v", a)
	}
}

func TestSecondClaimAtOnceIsRefused(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBundle(t).start()
		d := b.newDevice()
		first := make(chan answer)
		go func() { first <- d.do("POST", "/claim?wait=1s", "") }()
		synctest.Wait()
		d.do("POST", "/claim?wait=1s", "").want(t, 409, "is waiting")
		(<-first).want(t, 204)
	})
}

// TestUndeliveredOrderIsRequeued checks that a client that disconnects between the statement and
// the response uses up neither a lease nor one of the job's attempts.
func TestUndeliveredOrderIsRequeued(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBundle(t).start()
		job := b.push("alice")
		for range schema.MaxAttempts + 1 {
			d := b.newDevice()
			ctx, leave := context.WithCancel(t.Context())
			b.jobs.mu.Lock()
			b.jobs.onClaimed = func(schema.Job) { leave() }
			b.jobs.mu.Unlock()
			d.doCtx(ctx, "POST", "/claim?wait=1s", strings.NewReader(""))
			if j := b.job(job.ID); j.State != schema.StateQueued {
				t.Fatalf("job %+v", j)
			}
			synctest.Wait()
			if b.pool.has(d.id) {
				t.Error("the runner that left was not retired")
			}
		}
		b.jobs.mu.Lock()
		b.jobs.onClaimed = nil
		b.jobs.mu.Unlock()
		if o := b.newDevice().claim(); o.Attempt != schema.MaxAttempts+2 {
			t.Errorf("attempt %d: each one spends a number", o.Attempt)
		}
	})
}

func TestFailedOrderCountsAttempt(t *testing.T) {
	t.Parallel()
	b := newBundle(t).start()
	job := b.push("alice")
	b.jobs.orderFail = errors.New("disk on fire")
	for range schema.MaxAttempts {
		a := b.newDevice().do("POST", "/claim?wait=0s", "")
		a.want(t, 500, "something went wrong on our side")
		if strings.Contains(a.body, "fire") {
			t.Error("the cause was told")
		}
	}
	if j := b.job(job.ID); j.State != schema.StateFailed {
		t.Errorf("job %+v, want it failed, not handed out for ever", j)
	}
}

func TestWaitingClaimEndsWithItsClient(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBundle(t).start()
		gone, left := b.newDevice(), b.newDevice()
		ctx, leave := context.WithCancel(t.Context())
		var claims sync.WaitGroup
		claims.Go(func() { gone.doCtx(ctx, "POST", "/claim?wait=1m", strings.NewReader("")) })
		synctest.Wait()
		claims.Go(func() { left.claimWaiting(t) })
		synctest.Wait()
		leave()
		b.push("alice") // the first claim in line has just left, so its ring must wake the second
		began := time.Now()
		claims.Wait()
		if took := time.Since(began); took != 0 {
			t.Errorf("took %v", took)
		}
	})
}

func TestStopEndsWaitingClaims(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBundle(t).start()
		d := b.newDevice()
		done := make(chan answer)
		go func() { done <- d.do("POST", "/claim?wait=1m", "") }()
		synctest.Wait()
		check(t, b.Stop(t.Context()))
		(<-done).want(t, 503, "being stopped")
		check(t, b.Stop(t.Context()))
	})
}
