package scheduler_test

import (
	"testing"
	"testing/synctest"

	"github.com/grader/grader/schema"
)

// restart creates a new scheduler on the same store, as after a kill -9.
func (b *bundle) restart() { b.start() }

func TestRunnerContinuesAfterRestart(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBundle(t).start()
		d := b.newDevice()
		b.push("alice")
		o := d.claim()
		d.events(o, 0, started(), line("one")).want(t, 204)
		b.restart()
		d.heartbeat(o).want(t, 200)
		d.events(o, 2, line("two")).want(t, 204)
		d.events(o, 1, line("one"), line("two")).want(t, 204)
		d.prepared(o, "x").want(t, 409, "the build has begun")
		d.result(o, graded()).want(t, 204)
		if got := b.kinds(o.Job); len(got) != 6 {
			t.Errorf("events %v", got)
		}
	})
}

func TestOrderIsRepeatedAfterRestart(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBundle(t).start()
		d := b.newDevice()
		b.push("alice")
		o := d.claim()
		b.restart()
		if again := d.claim(); again.Job != o.Job || again.Attempt != o.Attempt {
			t.Errorf("order %+v, want %+v", again, o)
		}
	})
}

// TestJobOfLocalRunnerIsReturnedAfterRestart checks the jobs of local runners, which end with the
// server. The jobs must not wait for a lease, and a restart must not count as a failed attempt.
func TestJobOfLocalRunnerIsReturnedAfterRestart(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBundle(t).start()
		job := b.push("alice")
		for range 5 {
			d := b.newDevice()
			o := d.claim()
			d.events(o, 0, started()).want(t, 204)
			b.pool.mu.Lock()
			clear(b.pool.alive)
			b.pool.mu.Unlock()
			b.restart()
			if j := b.job(job.ID); j.State != schema.StateQueued || j.Reason != "the server was restarted" {
				t.Fatalf("job %+v", j)
			}
			d.heartbeat(o).want(t, 401)
		}
		o := b.newDevice().claim()
		if o.Job != job.ID || o.Attempt != 6 {
			t.Errorf("order %+v", o)
		}
	})
}

func TestStopReturnsJobsWithoutCounting(t *testing.T) {
	t.Parallel()
	b := newBundle(t).start()
	job := b.push("alice")
	for range schema.MaxAttempts + 1 {
		b.newDevice().claim()
		check(t, b.Stop(t.Context()))
		if j := b.job(job.ID); j.State != schema.StateQueued || j.Reason != "the server was stopped" {
			t.Fatalf("job %+v", j)
		}
		b.restart()
	}
}
