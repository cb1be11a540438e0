package scheduler_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/scheduler"
	"github.com/grader/grader/schema"
)

// TestStudentsReadWhyNoRunnerStarts checks that a student who waits for runners that cannot be
// started reads the reason until one starts.
func TestStudentsReadWhyNoRunnerStarts(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		befalls func(*bundle)
		told    string
	}{
		"nothing": {func(*bundle) {}, ""},
		"the pool does not answer": {func(b *bundle) { b.pool.away = schema.Errorf(schema.CodeUnavailable, "Nomad does not answer: 500") },
			"no runner can be started now (the machines do not answer); you keep your place"},
		"there is no room": {func(b *bundle) { b.pool.full = true },
			"no runner can be started now (all machines are full); you keep your place"},
		"one runner fails by chance": {func(b *bundle) { b.fail("runner-7", "exit status 1") }, ""},
		"runners do not start": {func(b *bundle) { b.fail("runner-7", "no wall"); b.fail("runner-8", "no wall") },
			"no runner can be started now (they fail; this is our fault, not yours); you keep your place"},
		"they cannot even be asked for": {func(b *bundle) { b.Failed("standard", "no quota"); b.Failed("standard", "no quota") },
			"no runner can be started now (they fail; this is our fault, not yours); you keep your place"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := newBundle(t).start()
				c.befalls(b)
				job := b.push("alice")
				synctest.Wait()
				if p := b.Place(job.ID); p.Stalled != c.told {
					t.Errorf("told %q, want %q", p.Stalled, c.told)
				}
				b.newDevice()
				time.Sleep(2 * time.Second)
				if p := b.Place(job.ID); p.Stalled != "" {
					t.Errorf("with a runner ready, told %q", p.Stalled)
				}
			})
		})
	}
}

// TestStalledPoolState checks that PoolStates reports a stalled pool exactly when students read
// that it is stalled, not after every failure of a runner, because people get a notice of a stalled
// pool.
func TestStalledPoolState(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		befalls func(*bundle)
		stalled string
	}{
		"nothing":                    {func(*bundle) {}, ""},
		"the pool does not answer":   {func(b *bundle) { b.pool.away = schema.Errorf(schema.CodeUnavailable, "Nomad does not answer: 500") }, "Nomad does not answer: 500"},
		"there is no room":           {func(b *bundle) { b.pool.full, b.pool.failure = true, "no node has room" }, "no node has room"},
		"one runner fails by chance": {func(b *bundle) { b.pool.failure = "exit status 1"; b.fail("runner-7", "exit status 1") }, ""},
		"runners do not start":       {func(b *bundle) { b.fail("runner-7", "no wall"); b.fail("runner-8", "no wall") }, "runners fail; see grader admin pools"},
		"it is paused": {func(b *bundle) {
			b.Control(schema.PoolControl{Flavour: "standard", Mode: schema.PoolPaused})
			b.pool.full = true
		}, ""},
		"it is full of jobs": {func(b *bundle) {
			b.pool.full, b.pool.failure = true, "no node has room"
			b.push("alice")
			b.newDevice().claim()
		}, ""},
		"a runner is ready": {func(b *bundle) { b.pool.full, b.pool.failure = true, "no node has room"; b.newDevice() }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := newBundle(t).start()
				synctest.Wait()
				c.befalls(b)
				synctest.Wait()
				states, err := b.PoolStates(t.Context())
				check(t, err)
				if states[0].Stalled != c.stalled {
					t.Errorf("stalled: %q, want %q", states[0].Stalled, c.stalled)
				}
			})
		})
	}
}

// fail makes a runner end before it has registered.
func (b *bundle) fail(id, why string) {
	b.Issue(id, "standard")
	b.Exited(id, why)
	synctest.Wait()
}

// TestFullBusyMachineIsNotStalled has one busy runner. Its end will make room, so waiting students
// read their place as usual.
func TestFullBusyMachineIsNotStalled(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBundle(t).start()
		b.pool.full = true
		b.push("alice")
		b.newDevice().claim()
		second := b.push("bob")
		if p := b.Place(second.ID); p.Stalled != "" {
			t.Errorf("told %q", p.Stalled)
		}
	})
}

func TestStaffSeeTheLastFailures(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBundle(t).start()
		began := time.Now()
		for _, id := range []string{"runner-5", "runner-6", "runner-7"} {
			b.fail(id, "no wall")
			time.Sleep(time.Second)
		}
		d := b.newDevice()
		b.push("alice")
		d.claim()
		b.Lost(d.id, "the machine that graded it was lost", "node n1 was lost")
		synctest.Wait()
		states, err := b.PoolStates(t.Context())
		check(t, err)
		lost := began.Add(3 * time.Second)
		want := []scheduler.PoolFailure{
			{Why: "node n1 was lost", Times: 1, First: lost, Last: lost},
			{Why: "no wall", Times: 3, First: began, Last: began.Add(2 * time.Second)},
		}
		if diff := cmp.Diff(want, states[0].Failures); diff != "" {
			t.Error(diff)
		}
		for n := range 9 {
			b.Failed("standard", string(rune('a'+n)))
		}
		states, err = b.PoolStates(t.Context())
		check(t, err)
		if all := states[0].Failures; len(all) != 5 || all[0].Why != "i" || all[4].Why != "e" {
			t.Errorf("kept %+v", all)
		}
	})
}

// TestPastFailureIsNotShown has runners that failed to start while the machines were unavailable.
// Once as many run as are wanted, the failure is no longer shown, however long they are busy.
func TestPastFailureIsNotShown(t *testing.T) {
	t.Parallel()
	for name, fails := range map[string]func(*bundle){
		"the pool said so":         func(b *bundle) { b.Failed("standard", "Nomad does not answer"); b.Failed("standard", "dispatch: 500") },
		"a runner did not come up": func(b *bundle) { b.fail("runner-7", "no wall"); b.fail("runner-8", "no wall") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := newBundle(t).start(func(s *scheduler.Scheduler) { s.Flavours["standard"] = schema.Flavour{Warm: 1, Max: 1} })
				d := b.newDevice()
				b.push("alice")
				d.claim()
				fails(b)
				job := b.push("bob")
				time.Sleep(2 * time.Second)
				if p := b.Place(job.ID); p.Stalled != "" {
					t.Errorf("while all runners are busy, told %q", p.Stalled)
				}
				if states, err := b.PoolStates(t.Context()); err != nil || len(states[0].Failures) == 0 {
					t.Errorf("staff read no more of it: %+v, %v", states, err)
				}
			})
		})
	}
}

// TestFailureClearsWhenNothingIsWanted checks that no runner being wanted for a while also clears a
// failure: the next push does not show it.
func TestFailureClearsWhenNothingIsWanted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBundle(t).start(func(s *scheduler.Scheduler) { s.Flavours["standard"] = schema.Flavour{Max: 1} })
		b.fail("runner-7", "no wall")
		b.fail("runner-8", "no wall")
		time.Sleep(time.Minute)
		job := b.push("alice")
		synctest.Wait()
		if p := b.Place(job.ID); p.Stalled != "" {
			t.Errorf("told %q", p.Stalled)
		}
	})
}

// TestWithdrawnRunnerIsNotCounted checks that a runner withdrawn before its start is not counted,
// and that the idle ones stay.
func TestWithdrawnRunnerIsNotCounted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBundle(t).start()
		idle := b.newDevice()
		b.Expect("runner-9", "standard")
		b.Withdrawn("runner-9")
		b.Withdrawn(idle.id) // too late: it has registered
		time.Sleep(2 * time.Minute)
		states, err := b.PoolStates(t.Context())
		check(t, err)
		if states[0].Starting != 0 || states[0].Ready != 1 || !b.pool.has(idle.id) {
			t.Errorf("starting %d, ready %d, the idle one alive: %t", states[0].Starting, states[0].Ready, b.pool.has(idle.id))
		}
		if got := b.pool.registered; len(got) != 1 || got[0] != idle.id {
			t.Errorf("the pool was told that %v have registered", got)
		}
	})
}
