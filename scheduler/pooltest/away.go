package pooltest

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/grader/grader/scheduler"
	"github.com/grader/grader/schema"
)

// Machines controls the machines of a pool's runners, so that a test can disconnect them from the
// pool.
type Machines interface {
	// Leave disconnects the pool: its requests get no answer. Leave does not end the runners, but
	// they may end because they cannot reach the pool.
	Leave()
	// Return reconnects the pool.
	Return()
	// Runners returns the ids of the runners that have not been removed.
	Runners() []string
}

// MakeAway creates a pool whose runners register at the front, and its machines.
type MakeAway func(t *testing.T) (scheduler.Pool, *Front, Machines)

// RunAway tests a pool whose machines may be unavailable for a while. The pool must carry out
// requests from that time once the machines answer again, and no failure may remain.
func RunAway(t *testing.T, make MakeAway) {
	for name, test := range map[string]func(*testing.T, *outage){
		"removes what was retired meanwhile":  retiredMeanwhile,
		"replaces what has ended meanwhile":   endedMeanwhile,
		"starts what was asked for meanwhile": askedMeanwhile,
		"keeps as few as were asked for":      fewerMeanwhile,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pool, front, machines := make(t)
			o := &outage{subject: newSubject(t, pool, front), Machines: machines}
			defer o.close()
			test(t, o)
		})
	}
}

// outage is a pool whose machines can be disconnected.
type outage struct {
	*subject
	Machines
}

// tried bounds requests that cannot succeed while the machines are unavailable.
const tried = time.Second

// retireAway retires a runner while the machines are disconnected, which must fail.
func (o *outage) retireAway(id string) {
	o.t.Helper()
	ctx, cancel := context.WithTimeout(o.t.Context(), tried)
	defer cancel()
	if err := o.Retire(ctx, id); err == nil {
		o.t.Errorf("%s is said to have ended while its machine does not answer", id)
	}
}

// ensureAway requests runners while the machines are disconnected. It ignores the error, because a
// pool may return one or not.
func (o *outage) ensureAway(n int) {
	o.t.Helper()
	_ = o.Ensure(o.t.Context(), schema.Flavour{Name: "small", Warm: n, Max: n}, n)
}

// failing waits until the pool reports that runners cannot be started.
func (o *outage) failing() {
	o.t.Helper()
	o.until("staff see a failure", func() bool { return o.failure() != "" })
}

// sound waits until the pool has n runners and no failure, and its machines have exactly those
// runners.
func (o *outage) sound(n int) {
	o.t.Helper()
	o.until("the machines have the pool's runners and no other", func() bool {
		alive, failure := o.look()
		there := o.Runners()
		if failure != "" {
			return false
		}
		slices.Sort(alive)
		slices.Sort(there)
		return len(alive) == n && slices.Equal(alive, there)
	})
}

// failure returns the failure that staff read about the pool, "" for none.
func (o *outage) failure() string {
	_, failure := o.look()
	return failure
}

// look returns the living runners and the failure that staff read about the pool.
func (o *outage) look() (alive []string, failure string) {
	runners, err := o.List(context.WithoutCancel(o.t.Context()))
	if err != nil {
		return nil, err.Error()
	}
	for _, r := range runners {
		if r.Alive {
			alive = append(alive, r.ID)
		}
		if r.Failure != "" {
			failure = r.Failure
		}
	}
	return alive, failure
}

// until polls for a condition that has no signal.
func (o *outage) until(what string, holds func() bool) {
	o.t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	ctx, cancel := context.WithTimeout(o.t.Context(), patience)
	defer cancel()
	for !holds() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			o.t.Fatalf("not within %v: %s; failure %q, machines have %v", patience, what, o.failure(), o.Runners())
		}
	}
}

func retiredMeanwhile(t *testing.T, o *outage) {
	o.ensure("small", 1)
	id := o.fresh(1)[0]
	o.Leave()
	o.retireAway(id)
	o.Return()
	if next := o.fresh(1)[0]; next == id {
		t.Errorf("%s registered twice", id)
	}
	o.sound(1)
}

func endedMeanwhile(t *testing.T, o *outage) {
	o.ensure("small", 1)
	id := o.fresh(1)[0]
	o.Leave()
	o.front.Dismiss(id)
	o.Return()
	if gone := o.front.Gone(); gone != id {
		t.Errorf("%s ended, but %s was told of", id, gone)
	}
	o.fresh(1)
	o.sound(1)
}

func askedMeanwhile(_ *testing.T, o *outage) {
	o.ensure("small", 1)
	o.fresh(1)
	o.Leave()
	o.ensureAway(2)
	o.failing()
	o.Return()
	o.sound(2)
}

func fewerMeanwhile(_ *testing.T, o *outage) {
	o.ensure("small", 2)
	ids := o.fresh(2)
	o.Leave()
	o.ensureAway(3)
	o.failing()
	o.ensureAway(1)
	o.retireAway(ids[0])
	o.Return()
	o.sound(1)
}
