package scheduler

import (
	"context"
	"time"

	"github.com/grader/grader/schema"
)

// surplusAge is how long a runner above the warm ones stays idle before it is ended.
const surplusAge = time.Minute

// keeper keeps one flavour's runners: those that are busy, and beside them as many
// fresh ones as are to be kept warm or as jobs wait, up to the flavour's max.
type keeper struct {
	scheduler *Scheduler
	flavour   schema.Flavour
	pool      Pool
	bell      chan struct{}
}

// nudge lets the keeper look again; it never blocks.
func (k *keeper) nudge() {
	select {
	case k.bell <- struct{}{}:
	default: // it is about to look
	}
}

// keep nudges the keeper of a flavour.
func (s *Scheduler) keep(flavour string) {
	if k := s.keepers[flavour]; k != nil {
		k.nudge()
	}
}

// run looks at once, and then whenever something has changed.
func (k *keeper) run(ctx context.Context) {
	asked := -1
	for {
		n, err := k.wanted(ctx)
		if err == nil && n != asked {
			err = k.pool.Ensure(ctx, k.flavour, n)
		}
		if err != nil && ctx.Err() == nil {
			k.scheduler.Logger.Error("pool not filled", "flavour", k.flavour.Name, "error", err)
			asked = -1
		} else {
			asked = n
		}
		k.dismiss()
		select {
		case <-k.bell:
		case <-ctx.Done():
			return
		}
	}
}

// wanted is how many runners the pool should have.
func (k *keeper) wanted(ctx context.Context) (int, error) {
	busy := 0
	for _, m := range k.scheduler.fleet.all() {
		if ph, _ := m.state(); m.flavour == k.flavour.Name && ph == phaseBusy {
			busy++
		}
	}
	if busy+k.flavour.Warm >= k.flavour.Max {
		return k.flavour.Max, nil // however many wait
	}
	waiting, err := k.scheduler.Jobs.Waiting(ctx, k.flavour.Name, k.flavour.Max)
	if err != nil {
		return 0, err
	}
	return min(k.flavour.Max, busy+max(k.flavour.Warm, len(waiting))), nil
}

// dismiss ends the runners that have been idle for long and are more than are kept warm.
func (k *keeper) dismiss() {
	now := k.scheduler.Clock()
	idle := 0
	for _, m := range k.scheduler.fleet.all() {
		ph, since := m.state()
		if m.flavour != k.flavour.Name || ph != phaseReady {
			continue
		}
		if idle++; idle > k.flavour.Warm && now.Sub(since) > surplusAge && m.endIdle(now) {
			k.scheduler.retire(m)
		}
	}
}
