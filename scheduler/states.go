package scheduler

import (
	"cmp"
	"context"
	"slices"

	"github.com/grader/grader/schema"
)

// RunnerState is one runner, for staff.
type RunnerState = schema.RunnerState

// PoolState is one flavour's runners and queue, for staff.
type PoolState = schema.PoolState

// RunnerStates returns the runners that this process knows of, by id.
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

// PoolStates returns every flavour's pool, by name.
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
		state.Failure, state.Failures = s.overview.failureOf(ctx, name), s.failures.list(name)
		states = append(states, state)
	}
	slices.SortFunc(states, func(a, b PoolState) int { return cmp.Compare(a.Flavour.Name, b.Flavour.Name) })
	return states, nil
}

// state is what the keeper knows of its flavour.
func (k *keeper) state() PoolState {
	at, n := k.now(), k.registry.fleet.tally(k.flavour.Name)
	return PoolState{
		Flavour: k.effective(), Control: k.registry.controls.get(k.flavour.Name), Wanted: at.n, Reason: at.sentence(k.flavour.Name), Changed: at.at,
		Starting: int(n.starting.Load()), Ready: int(n.ready.Load()), Busy: int(n.busy.Load()),
	}
}

// failureOf returns why a flavour's last runner could not start, or why its pool does not
// answer.
func (s *overview) failureOf(ctx context.Context, flavour string) string {
	runners, err := s.Pools[flavour].List(ctx)
	if err != nil {
		return err.Error()
	}
	for _, r := range runners {
		if r.Flavour == flavour && r.Failure != "" {
			return r.Failure
		}
	}
	return ""
}
