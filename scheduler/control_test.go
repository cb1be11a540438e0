package scheduler_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/grader/grader/scheduler"
	"github.com/grader/grader/schema"
)

// TestPausedPoolStartsNothing pauses a flavour while a runner waits for a job. The running job ends
// as usual, no other job starts, waiting people read the reason, and resuming wakes the runner.
func TestPausedPoolStartsNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBundle(t).start()
		b.push("alice")
		busy := b.newDevice()
		running := busy.claim()
		b.Control(schema.PoolControl{Flavour: "standard", Mode: schema.PoolPaused, Reason: "new image"})
		waiting := b.push("bob")
		idle := b.newDevice()
		got := make(chan answer, 1)
		go func() { got <- idle.do("POST", "/claim?wait=1m", "") }()
		busy.result(running, graded()).want(t, 204)
		time.Sleep(10 * time.Second)
		if state := b.job(waiting.ID).State; state != schema.StateQueued {
			t.Errorf("the job is %s while its flavour is paused", state)
		}
		if words := b.Place(waiting.ID).Stalled; words != "the staff has paused grading (new image); you keep your place" {
			t.Errorf("who waits reads %q", words)
		}
		if stall := b.Stall(t.Context(), "standard"); stall.Reason != "the staff has paused it; to go on: pools resume standard" {
			t.Errorf("staff read %+v", stall)
		}
		b.Control(schema.PoolControl{Flavour: "standard", Mode: schema.PoolOpen})
		if a := <-got; a.status != http.StatusOK {
			t.Errorf("the waiting claim: %d %s", a.status, a.body)
		}
		if state := b.job(waiting.ID).State; state != schema.StateAssigned {
			t.Errorf("the job is %s after resuming", state)
		}
		if words := b.Place(waiting.ID).Stalled; words != "" {
			t.Errorf("after resuming: %q", words)
		}
	})
}

// TestDrainingPoolLetsRunnersEnd drains a flavour: the busy runner stays, the idle one ends
// immediately.
func TestDrainingPoolLetsRunnersEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBundle(t).start()
		b.push("alice")
		busy := b.newDevice()
		o := busy.claim()
		b.newDevice()
		b.push("bob")
		b.Control(schema.PoolControl{Flavour: "standard", Mode: schema.PoolDraining})
		time.Sleep(time.Second)
		states := b.RunnerStates()
		if len(states) != 1 || states[0].Phase != "busy" || b.pool.last() != 1 {
			t.Errorf("runners %+v, asked for %d", states, b.pool.last())
		}
		busy.result(o, graded()).want(t, 204)
		time.Sleep(time.Second)
		if n, asked := len(b.RunnerStates()), b.pool.last(); n != 0 || asked != 0 {
			t.Errorf("after its job: %d runners, asked for %d", n, asked)
		}
		b.Control(schema.PoolControl{Flavour: "standard", Mode: schema.PoolOpen})
		time.Sleep(time.Second)
		if asked := b.pool.last(); asked < 1 {
			t.Errorf("after resuming: asked for %d", asked)
		}
	})
}

// TestResizedPool raises and lowers the numbers of a flavour. Settings from before the start also
// apply, and busy runners stay.
func TestResizedPool(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		number := func(n int) *int { return &n }
		b := newBundle(t).start(func(s *scheduler.Scheduler) {
			s.Controls = []schema.PoolControl{{Flavour: "standard", Mode: schema.PoolOpen, Warm: number(3)}}
		})
		want := func(when string, n int) {
			t.Helper()
			time.Sleep(time.Second)
			if got := b.pool.last(); got != n {
				t.Errorf("%s: asked for %d runners, want %d", when, got, n)
			}
		}
		want("warm was set before the start", 3)
		b.Control(schema.PoolControl{Flavour: "standard", Mode: schema.PoolOpen, Warm: number(6), Max: number(6)})
		want("more than configured", 6)
		for _, login := range []string{"alice", "bob", "carol"} {
			b.push(login)
			b.newDevice().claim()
		}
		b.Control(schema.PoolControl{Flavour: "standard", Mode: schema.PoolOpen, Warm: number(0), Max: number(2)})
		want("lower than what is busy", 3)
		states, err := b.PoolStates(t.Context())
		check(t, err)
		if f := states[0].Flavour; f.Warm != 0 || f.Max != 2 {
			t.Errorf("the pool says warm %d, max %d", f.Warm, f.Max)
		}
		b.Control(schema.PoolControl{Flavour: "standard", Mode: schema.PoolOpen})
		want("as configured", 4)
	})
}
