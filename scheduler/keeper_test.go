package scheduler_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/scheduler"
	"github.com/grader/grader/schema"
)

func TestPoolFollowsTheQueue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBundle(t).start()
		want := func(when string, n int) {
			t.Helper()
			time.Sleep(time.Second) // the keeper runs after each change, but not twice within lookPace
			if got := b.pool.last(); got != n {
				t.Errorf("%s: %d runners, want %d", when, got, n)
			}
		}
		want("at the start", 1)
		b.push("alice")
		b.push("bob")
		b.push("carol")
		want("three short jobs wait", 2)
		d := b.newDevice()
		o := d.claim()
		want("one of them runs", 2)
		for i := range 9 {
			b.push(fmt.Sprintf("student-%d", i))
		}
		want("more wait than may run", 4)
		d.result(o, graded()).want(t, 204)
		want("one has ended", 4)
		if b.pool.has(d.id) {
			t.Error("the runner was not retired after its job")
		}
	})
}

func TestIdleRunnersAboveTheWarmOnesEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBundle(t).start()
		for range 3 {
			b.newDevice()
		}
		time.Sleep(30 * time.Second)
		if n := len(b.RunnerStates()); n != 3 {
			t.Errorf("after half a minute: %d runners", n)
		}
		time.Sleep(time.Minute)
		if n := len(b.RunnerStates()); n != 1 {
			t.Errorf("after a minute and a half: %d runners", n)
		}
	})
}

// TestCooldownOfAFlavour checks that a flavour's own cooldown applies to the demand and to idle
// runners.
func TestCooldownOfAFlavour(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBundle(t).start(func(s *scheduler.Scheduler) {
			s.Flavours["standard"] = schema.Flavour{Max: 4, Cooldown: 10 * time.Second}
		})
		d := b.newDevice()
		b.newDevice()
		b.push("alice")
		o := d.claim()
		time.Sleep(time.Second) // one busy, one wanted
		d.result(o, graded()).want(t, 204)
		time.Sleep(9 * time.Second)
		if n, asked := len(b.RunnerStates()), b.pool.last(); n != 1 || asked != 1 {
			t.Errorf("before its end: %d runners, %d asked for", n, asked)
		}
		time.Sleep(10 * time.Second)
		if n, asked := len(b.RunnerStates()), b.pool.last(); n != 0 || asked != 0 {
			t.Errorf("after its end: %d runners, %d asked for", n, asked)
		}
	})
}

func TestRunnerAndPoolStates(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBundle(t).start()
		synctest.Wait() // one runner is wanted
		b.pool.failure = "exit status 1: no wall"
		b.newDevice()
		b.push("alice")
		b.push("bob")
		busy := b.newDevice()
		o := busy.claim()
		b.Issue("runner-3", "standard")
		time.Sleep(time.Second)
		states, err := b.PoolStates(t.Context())
		check(t, err)
		want := scheduler.PoolState{
			Flavour: states[0].Flavour, Control: schema.PoolControl{Flavour: "standard", Mode: schema.PoolOpen}, Wanted: 2, Starting: 1, Ready: 1, Busy: 1, Waiting: 1, Changed: states[0].Changed,
			Reason: "standard: 1 → 2 runners: 1 push waits, 1 is busy, a job takes 0 ms (median of 1)", Failure: "exit status 1: no wall",
		}
		if diff := cmp.Diff([]scheduler.PoolState{want}, states); diff != "" || states[0].Flavour.Name != "standard" {
			t.Error(diff)
		}
		runners := b.RunnerStates()
		if len(runners) != 3 || runners[1].Phase != "busy" || runners[1].Job != o.Job || runners[2].Phase != "starting" {
			t.Errorf("runners %+v", runners)
		}
	})
}

func TestStartRefusesInvalidConfiguration(t *testing.T) {
	t.Parallel()
	flavour := func(f schema.Flavour) map[string]schema.Flavour { return map[string]schema.Flavour{"standard": f} }
	pools := map[string]scheduler.Pool{"standard": &stubPool{}}
	cases := map[string]struct {
		s     *scheduler.Scheduler
		words string
	}{
		"no pool":         {&scheduler.Scheduler{Flavours: flavour(schema.Flavour{Max: 1})}, "no pool serves it"},
		"no runners":      {&scheduler.Scheduler{Flavours: flavour(schema.Flavour{}), Pools: pools}, "use 0 ≤ warm ≤ max"},
		"warmer than hot": {&scheduler.Scheduler{Flavours: flavour(schema.Flavour{Warm: 3, Max: 2}), Pools: pools}, "warm 3, max 2"},
		"an endless path": {&scheduler.Scheduler{Jobs: newBundle(t).store, Dir: t.TempDir(), Socket: "/tmp/" + strings.Repeat("x", 120)}, "longer than 107 bytes"},
		"no such socket":  {&scheduler.Scheduler{Jobs: newBundle(t).store, Dir: t.TempDir(), Socket: "/dev/null/socket"}, "runners' socket"},
		"no such cache":   {&scheduler.Scheduler{Dir: "/dev/null"}, "tests trees"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			err := c.s.Start(t.Context())
			if err == nil || !strings.Contains(err.Error(), c.words) {
				t.Errorf("error %v, want the words %q", err, c.words)
			}
			check(t, c.s.Stop(t.Context()))
		})
	}
}

// TestBusyRunnerIsNotRetired checks that a runner keeps its job however few runners are wanted.
func TestBusyRunnerIsNotRetired(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBundle(t).start(func(s *scheduler.Scheduler) { s.Flavours["standard"] = schema.Flavour{Warm: 0, Max: 4} })
		busy := []*device{b.newDevice(), b.newDevice()}
		var orders []schema.Order
		for _, d := range busy {
			b.push(d.id)
			orders = append(orders, d.claim())
		}
		idle := b.newDevice()
		for range 20 {
			time.Sleep(lease / 3)
			for i, d := range busy {
				d.heartbeat(orders[i]).want(t, 200)
			}
		}
		if b.pool.has(idle.id) {
			t.Error("the idle one was kept")
		}
		for i, d := range busy {
			if !b.pool.has(d.id) {
				t.Errorf("%s was ended with its job", d.id)
			}
			d.result(orders[i], graded()).want(t, 204)
		}
		time.Sleep(3 * time.Minute) // two cooldowns: the number falls once for each of the two
		if got := b.pool.last(); got != 0 {
			t.Errorf("%d runners are asked for while nothing waits", got)
		}
	})
}

// forecast is a function that returns a test's due dates.
type forecast func(from time.Time) []schema.DueDate

func (f forecast) Due(_ context.Context, flavour string, from, until time.Time) ([]schema.DueDate, error) {
	if flavour != "standard" || until.Sub(from) != 3*time.Hour {
		return nil, fmt.Errorf("asked for %s until %v", flavour, until.Sub(from))
	}
	return f(from), nil
}

// TestRunnersAreWarmedUpBeforeADueDate checks that more runners than waiting jobs start before a
// due date, and that their number falls again afterwards.
func TestRunnersAreWarmedUpBeforeADueDate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		at := time.Now().Add(2 * time.Hour)
		b := newBundle(t).start(func(s *scheduler.Scheduler) {
			s.Flavours["standard"] = schema.Flavour{Warm: 1, Max: 20}
			s.Forecast = forecast(func(from time.Time) []schema.DueDate {
				if !from.Before(at) {
					return nil
				}
				return []schema.DueDate{{Name: "COMP2402 A1", At: at, Students: 2000}}
			})
		})
		time.Sleep(20 * time.Second)
		early := b.pool.last()
		time.Sleep(time.Until(at.Add(-time.Minute)))
		states, err := b.PoolStates(t.Context())
		check(t, err)
		if soon := b.pool.last(); soon <= early || soon < 5 || soon != states[0].Wanted {
			t.Errorf("%d runners a minute before, %d two hours before, %d wanted", soon, early, states[0].Wanted)
		}
		if !strings.Contains(states[0].Reason, "COMP2402 A1 is due in") || !strings.Contains(states[0].Reason, "with 2000 students") {
			t.Errorf("explained %q", states[0].Reason)
		}
		time.Sleep(5 * time.Minute)
		if after := b.pool.last(); after != 1 {
			t.Errorf("%d runners after it", after)
		}
	})
}
