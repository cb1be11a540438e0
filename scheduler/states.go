package scheduler

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/grader/grader/schema"
)

// RunnerState is one runner, for staff.
type RunnerState struct {
	Runner schema.Runner
	Phase  string // starting, ready, busy or over
	Since  time.Time
	Job    int64 // 0: none
}

// PoolState is one flavour's runners and queue, for staff.
type PoolState struct {
	Flavour  schema.Flavour
	Starting int
	Ready    int
	Busy     int
	Waiting  int
	Failure  string // why the last runner could not start, "" if it could
}

// RunnerStates returns the runners that this process knows of, by id.
func (s *Scheduler) RunnerStates() []RunnerState {
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
	var states []PoolState
	for name, f := range s.Flavours {
		f.Name = name
		state := PoolState{Flavour: f}
		waiting, err := s.Jobs.Waiting(ctx, name, maxPlaces)
		if err != nil {
			return nil, err
		}
		state.Waiting = len(waiting)
		state.Failure = s.failureOf(ctx, name)
		s.count(&state)
		states = append(states, state)
	}
	slices.SortFunc(states, func(a, b PoolState) int { return cmp.Compare(a.Flavour.Name, b.Flavour.Name) })
	return states, nil
}

// count counts a flavour's runners by phase.
func (s *Scheduler) count(state *PoolState) {
	for _, m := range s.fleet.all() {
		if m.flavour != state.Flavour.Name {
			continue
		}
		switch ph, _ := m.state(); ph {
		case phaseStarting:
			state.Starting++
		case phaseReady:
			state.Ready++
		case phaseBusy:
			state.Busy++
		case phaseOver:
		}
	}
}

// failureOf returns why a flavour's last runner could not start, or why its pool
// cannot say.
func (s *Scheduler) failureOf(ctx context.Context, flavour string) string {
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
