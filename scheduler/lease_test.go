package scheduler_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/grader/grader/schema"
)

func TestHeartbeatsKeepTheLease(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBundle(t).start()
		d := b.newDevice()
		b.push("alice")
		o := d.claim()
		for range 10 {
			time.Sleep(lease - time.Second)
			d.heartbeat(o).want(t, 200, `"for":30000000000`)
		}
		d.result(o, graded()).want(t, 204)
	})
}

func TestExpiredLeaseRequeuesJob(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBundle(t).start()
		lost := b.newDevice()
		job := b.push("alice")
		o := lost.claim()
		lost.events(o, 0, started()).want(t, 204)
		other := b.newDevice()
		began := time.Now()
		fresh := other.claimLong(t)
		if took := time.Since(began); fresh.Job != job.ID || fresh.Attempt != 2 || took < lease || took > lease+lease/5 {
			t.Errorf("order %+v after %v", fresh, took)
		}
		synctest.Wait()
		lost.heartbeat(o).want(t, 401) // retired by the rescuer
		if b.pool.has(lost.id) {
			t.Error("the silent runner was not retired")
		}
	})
}

// claimLong claims with as many long polls as necessary.
func (d *device) claimLong(t *testing.T) (o schema.Order) {
	for {
		if a := d.do("POST", "/claim?wait=25s", ""); a.status != 204 {
			a.want(t, 200)
			decodeInto(t, a.body, &o)
			return o
		}
	}
}

func TestJobFailsAfterThreeLostRunners(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBundle(t).start()
		job := b.push("alice")
		for range schema.MaxAttempts {
			b.newDevice().claimLong(t)
		}
		time.Sleep(2 * lease)
		if j := b.job(job.ID); j.State != schema.StateFailed {
			t.Errorf("job %+v", j)
		}
		want := []schema.EventKind{"queued", "assigned", "requeued", "assigned", "requeued", "assigned", "ended"}
		if got := b.kinds(job.ID); !slices.Equal(got, want) {
			t.Errorf("events %v, want %v", got, want)
		}
	})
}

// TestStaleWritesAreRefused checks the fence: writes of a runner are rejected after its attempt was
// replaced.
func TestStaleWritesAreRefused(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBundle(t).start()
		old := b.newDevice()
		job := b.push("alice")
		o := old.claim()
		if _, err := b.store.Release(t.Context(), job.ID, 1, "a test", time.Now()); err != nil {
			t.Fatal(err)
		}
		fresh := b.newDevice()
		now := fresh.claim()
		old.events(o, 0, started()).want(t, 409, "attempt 1 of job")
		synctest.Wait()
		forged := o
		forged.Attempt = now.Attempt
		old.result(o, graded())
		old.result(forged, graded())
		if j := b.job(job.ID); j.State != schema.StateAssigned {
			t.Errorf("job %+v", j)
		}
		fresh.result(now, graded()).want(t, 204)
	})
}

func TestForgedAttemptIsRefused(t *testing.T) {
	t.Parallel()
	b := newBundle(t).start()
	d := b.newDevice()
	b.push("alice")
	o := d.claim()
	o.Attempt++
	d.heartbeat(o).want(t, 409)
	d.events(o, 0, started()).want(t, 409)
	d.result(o, graded()).want(t, 409)
	d.prepared(o, "x").want(t, 409)
}

func TestOtherRunnersJobIsRefused(t *testing.T) {
	t.Parallel()
	b := newBundle(t).start()
	mine, other := b.newDevice(), b.newDevice()
	b.push("alice")
	b.push("bob")
	o := mine.claim()
	other.claim()
	other.heartbeat(o).want(t, 403)
	other.events(o, 0, started()).want(t, 403)
	other.result(o, graded()).want(t, 403)
	other.prepared(o, "x").want(t, 403)
	for _, tree := range []string{"submission", "tests", "prepared"} {
		other.tree(o, tree).want(t, 403, "is not this runner's")
	}
}

func TestDeadRunnersJobIsReleasedAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBundle(t).start()
		d := b.newDevice()
		job := b.push("alice")
		d.claim()
		b.Exited(d.id, "signal: killed")
		synctest.Wait()
		if j := b.job(job.ID); j.State != schema.StateQueued || j.Reason == "" {
			t.Errorf("job %+v", j)
		}
	})
}

func TestRunnerLostByPoolIsRemoved(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBundle(t).start()
		d := b.newDevice()
		job := b.push("alice")
		d.claim()
		b.pool.mu.Lock()
		delete(b.pool.alive, d.id)
		b.pool.mu.Unlock()
		time.Sleep(lease / 3)
		if j := b.job(job.ID); j.State != schema.StateQueued {
			t.Errorf("job %+v", j)
		}
		if len(b.RunnerStates()) != 0 {
			t.Errorf("runners %+v", b.RunnerStates())
		}
	})
}
