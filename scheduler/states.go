package scheduler

import (
	"cmp"
	"context"
	"slices"

	"github.com/grader/grader/schema"
)

// RunnerState describes one runner to staff.
type RunnerState = schema.RunnerState

// PoolState describes one flavour's runners and queue to staff.
type PoolState = schema.PoolState

// RunnerStates returns the runners that this process knows, sorted by id.
func (s *Scheduler) RunnerStates() []RunnerState {
	s.prepare()
	var states []RunnerState
	for _, m := range s.fleet.all() {
		m.mu.Lock()
		state := RunnerState{Runner: m.runner, Phase: string(m.phase), Since: m.since, Job: m.job}
		m.mu.Unlock()
		state.Runner.ID, state.Runner.Flavour = m.id, m.flavour
		states = append(states, state)
	}
	slices.SortFunc(states, func(a, b RunnerState) int { return cmp.Compare(a.Runner.ID, b.Runner.ID) })
	return states
}

// PoolStates returns the pools of all flavours, sorted by name.
func (s *Scheduler) PoolStates(ctx context.Context) ([]PoolState, error) {
	s.prepare()
	depths, err := s.Jobs.Depths(ctx)
	if err != nil {
		return nil, err
	}
	var states []PoolState
	for name, k := range s.keepers {
		state := k.state()
		for _, d := range depths {
			if d.Flavour == name {
				state.Waiting += d.Waiting
			}
		}
		seen := s.overview.look(ctx, name)
		state.Failure, state.Failures = seen.failure(), s.failures.list(name)
		if !state.Control.Stopped() && s.overview.stallReason(seen) != "" {
			state.Stalled = seen.words()
		}
		states = append(states, state)
	}
	slices.SortFunc(states, func(a, b PoolState) int { return cmp.Compare(a.Flavour.Name, b.Flavour.Name) })
	return states, nil
}

// state returns the keeper's part of its flavour's state.
func (k *keeper) state() PoolState {
	at, n := k.now(), k.registry.fleet.tally(k.flavour.Name)
	return PoolState{
		Flavour: k.effective(), Control: k.registry.controls.get(k.flavour.Name), Wanted: at.n, Reason: at.sentence(k.flavour.Name), Changed: at.at,
		Starting: int(n.starting.Load()), Ready: int(n.ready.Load()), Busy: int(n.busy.Load()),
	}
}
