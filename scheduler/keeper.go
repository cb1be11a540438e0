package scheduler

import (
	"context"
	"sync"
	"time"

	"github.com/grader/grader/schema"
)

const (
	// lookPace is the shortest time between two runs of a keeper.
	lookPace = 100 * time.Millisecond
	// measureAge is the maximum age of measured durations and due dates.
	measureAge = 10 * time.Second
)

// keeper adjusts the number of a flavour's runners to the demand.
type keeper struct {
	registry *registry
	flavour  schema.Flavour
	pool     Pool
	bell     chan struct{}

	measured demand // its durations and due dates are refreshed after measureAge
	lookedUp time.Time

	mu    sync.Mutex
	scale scale
}

// nudge makes the keeper run again; it never blocks.
func (k *keeper) nudge() {
	select {
	case k.bell <- struct{}{}:
	default: // it will run anyway
	}
}

// run adjusts the number of runners now and after every change.
func (k *keeper) run(ctx context.Context) {
	pace := time.NewTimer(0)
	defer pace.Stop()
	asked := -1
	for {
		select {
		case <-pace.C:
		case <-ctx.Done():
			return
		}
		n, err := k.look(ctx)
		if err == nil && n != asked {
			err = k.pool.Ensure(ctx, k.effective(), n)
		}
		if err != nil && ctx.Err() == nil {
			k.registry.Logger.Error("pool not filled", "flavour", k.flavour.Name, "error", err)
			k.registry.failures.record(k.flavour.Name, err.Error(), true, k.registry.Clock())
			asked = -1
		} else {
			asked = n
		}
		if k.inService() >= n {
			k.registry.failures.resetStarts(k.flavour.Name)
		}
		k.dismiss(n)
		pace.Reset(lookPace)
		select {
		case <-k.bell:
		case <-ctx.Done():
			return
		}
	}
}

// look returns how many runners the pool should have, and logs the reason when the number
// changes.
func (k *keeper) look(ctx context.Context) (int, error) {
	d, err := k.demand(ctx)
	if err != nil {
		return k.now().n, err
	}
	k.mu.Lock()
	changed := k.scale.follow(d)
	s := k.scale
	k.mu.Unlock()
	if changed {
		k.registry.Logger.Info("runners scaled", "flavour", k.flavour.Name, "from", s.before, "to", s.n, "why", s.sentence(k.flavour.Name))
	}
	return s.n, nil
}

// effective returns the flavour with the numbers of runners that were set on the running server.
func (k *keeper) effective() schema.Flavour {
	return k.registry.controls.get(k.flavour.Name).Apply(k.flavour)
}

// now returns the current scale.
func (k *keeper) now() scale {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.scale
}

// demand returns the current demand for the flavour's runners.
func (k *keeper) demand(ctx context.Context) (demand, error) {
	d, err := k.measure(ctx)
	if err != nil {
		return d, err
	}
	d.flavour, d.mode = k.effective(), k.registry.controls.get(k.flavour.Name).Mode
	// Read busy first: a job that is claimed between the two reads then counts as neither, and its
	// claim wakes the keeper. If it counted as both, the keeper would start one runner too many,
	// until the cooldown.
	d.busy = int(k.registry.fleet.tally(k.flavour.Name).busy.Load())
	depths, err := k.registry.Jobs.Depths(ctx)
	for _, q := range depths {
		if q.Flavour == k.flavour.Name {
			d.waiting[q.Lane] = q.Waiting
		}
	}
	return d, err
}

// measure returns the part of the demand that changes slowly.
func (k *keeper) measure(ctx context.Context) (demand, error) {
	now := k.registry.Clock()
	if !k.lookedUp.IsZero() && now.Sub(k.lookedUp) < measureAge {
		d := k.measured
		d.now = now
		return d, nil
	}
	d := demand{flavour: k.flavour, now: now}
	var err error
	if d.typical, d.sample, err = k.registry.Jobs.TypicalDuration(ctx, k.flavour.Name); err != nil {
		return d, err
	}
	if f := k.registry.Forecast; f != nil {
		if d.due, err = f.Due(ctx, k.flavour.Name, now, now.Add(horizon)); err != nil {
			// Waiting jobs are served even without due dates.
			k.registry.Logger.Error("due dates are unknown", "flavour", k.flavour.Name, "error", err)
		}
	}
	k.measured, k.lookedUp = d, now
	return d, nil
}

// inService returns the number of registered runners that are not over.
func (k *keeper) inService() int {
	t := k.registry.fleet.tally(k.flavour.Name)
	return int(t.ready.Load() + t.busy.Load())
}

// dismiss retires surplus runners above n that have been idle for the cooldown. If the flavour
// drains, it does not wait for the cooldown.
func (k *keeper) dismiss(n int) {
	surplus := k.registry.fleet.tally(k.flavour.Name).alive() - n
	if surplus <= 0 {
		return
	}
	now, cooldown := k.registry.Clock(), demand{flavour: k.flavour}.cooldown()
	draining := k.registry.controls.get(k.flavour.Name).Mode == schema.PoolDraining
	for _, m := range k.registry.fleet.all() {
		if surplus == 0 {
			return
		}
		ph, since := m.state()
		if m.flavour == k.flavour.Name && ph == phaseReady && (draining || now.Sub(since) > cooldown) && m.markOverIfReady(now) {
			k.registry.retire(m)
			surplus--
		}
	}
}
