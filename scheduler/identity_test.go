package scheduler_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/grader/grader/scheduler"
	"github.com/grader/grader/schema"
)

// clusterPool is a pool whose runners authenticate with an identity, which equals their id.
type clusterPool struct {
	*stubPool
}

func (p *clusterPool) Identify(_ context.Context, flavour, identity string) (string, error) {
	if flavour != "standard" || identity == "forged" {
		return "", schema.Errorf(schema.CodeUnauthenticated, "the identity proves nothing")
	}
	return identity, nil
}

// onCluster makes the pool serve the flavour standard.
func onCluster(p *clusterPool) func(*scheduler.Scheduler) {
	return func(s *scheduler.Scheduler) { s.Pools["standard"] = p }
}

// identified returns a change that replaces the token of a registration by an identity.
func identified(identity string) func(*schema.Register) {
	return func(r *schema.Register) { r.Token, r.Identity = "", identity }
}

func TestIdentityRegistersOnceAcrossRestarts(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	pool := onCluster(&clusterPool{stubPool: b.pool})
	b.start(pool)
	d := &device{b: b}
	b.Expect("announced", "standard")
	for _, id := range []string{"announced", "unheard-of"} {
		b.pool.alive[id] = "standard"
		d.register("", identified(id)).want(t, 200, "secret")
		d.register("", identified(id)).want(t, 409, "registered already")
	}
	d.register("", identified("forged")).want(t, 401, "proves nothing")
	b.start(pool)
	d.register("", identified("announced")).want(t, 409, "registered already")
}

func TestTokenPoolRefusesIdentity(t *testing.T) {
	t.Parallel()
	b := newBundle(t).start()
	(&device{b: b}).register("", identified("announced")).want(t, 401, "register with a token")
}

func TestOnlyAReadyRunnerIsReplaced(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBundle(t).start()
		ready, busy := b.newDevice(), b.newDevice()
		b.push("alice")
		o := busy.claim()
		if b.Replace(busy.id) || b.Replace("never-was") || !b.Replace(ready.id) {
			t.Error("replaced a busy runner or one that never was, or not the ready one")
		}
		synctest.Wait()
		if b.pool.has(ready.id) || !b.pool.has(busy.id) {
			t.Errorf("retired: %v", b.pool.retired)
		}
		busy.result(o, graded()).want(t, 204)
	})
}

func TestLostRunnerReasonIsShown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBundle(t).start()
		job := b.push("alice")
		d := b.newDevice()
		d.claim()
		b.Lost(d.id, "the machine that graded it was lost", "node n1 is down")
		synctest.Wait()
		if j := b.job(job.ID); j.State != schema.StateQueued || j.Reason != "the machine that graded it was lost" {
			t.Errorf("job %+v", j)
		}
	})
}

// TestUnreachablePoolKeepsRunners has a cluster that does not answer, so that its living runners
// are unknown. They keep their jobs as long as they extend their leases, and the service still
// starts.
func TestUnreachablePoolKeepsRunners(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBundle(t)
		pool := &clusterPool{stubPool: b.pool}
		b.start(onCluster(pool))
		d := b.newDevice()
		b.push("alice")
		o := d.claim()
		d.events(o, 0, started()).want(t, 204)
		pool.away = schema.Errorf(schema.CodeUnavailable, "the cluster does not answer")
		b.start(onCluster(pool))
		for range 4 {
			time.Sleep(lease / 2)
			d.heartbeat(o).want(t, 200)
		}
		states, err := b.PoolStates(t.Context())
		check(t, err)
		if states[0].Failure != "the cluster does not answer" {
			t.Errorf("pools %+v", states)
		}
		d.result(o, graded()).want(t, 204)
	})
}
