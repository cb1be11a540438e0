package scheduler

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/grader/grader/schema"
)

// shared holds the state that all parts of a scheduler use. The exported fields are the
// Scheduler's.
type shared struct {
	Jobs     Jobs
	Pools    map[string]Pool
	Flavours map[string]schema.Flavour
	Forecast Forecast
	Lease    time.Duration
	Clock    func() time.Time
	Logger   *slog.Logger

	ctx      context.Context // ends when Stop is called
	cancel   context.CancelCauseFunc
	spawning sync.Mutex // keeps tasks from starting once Stop waits
	tasks    sync.WaitGroup
	fleet    fleet
	lines    lines
	hub      hub
	controls controls
	failures failures
	// shortages pauses flavours whose autograders lacked disk.
	shortages shortages
	keepers   map[string]*keeper
}

// spawn runs a task that Stop waits for; ctx ends when Stop is called. After Stop, it starts
// nothing and returns false.
func (s *shared) spawn(task func(ctx context.Context)) bool {
	s.spawning.Lock()
	defer s.spawning.Unlock()
	if s.ctx.Err() != nil {
		return false
	}
	s.tasks.Go(func() { task(s.ctx) })
	return true
}

// stopTasks cancels every task and keeps new ones from starting.
func (s *shared) stopTasks() {
	s.spawning.Lock()
	defer s.spawning.Unlock()
	s.cancel(errStopping)
}

// wake makes waiting claims and every keeper check the queue again; it never blocks.
func (s *shared) wake() {
	for name := range s.keepers {
		s.lines.ring(name)
	}
	s.wakeKeepers()
}

// wakeKeepers makes every keeper check its flavour again.
func (s *shared) wakeKeepers() {
	for _, k := range s.keepers {
		k.nudge()
	}
}

// keep wakes the keeper of a flavour.
func (s *shared) keep(flavour string) {
	if k := s.keepers[flavour]; k != nil {
		k.nudge()
	}
}

// flavour returns a flavour with the numbers of runners that were set on the running server.
func (s *shared) flavour(name string) schema.Flavour {
	return s.controls.get(name).Apply(s.Flavours[name])
}

// poolsOf returns the flavour's pool, or all pools if the flavour was removed from the
// configuration.
func (s *shared) poolsOf(flavour string) []Pool {
	if p := s.Pools[flavour]; p != nil {
		return []Pool{p}
	}
	return s.allPools()
}

// allPools returns each pool once.
func (s *shared) allPools() []Pool {
	var all []Pool
	seen := make(map[Pool]bool)
	for _, p := range s.Pools {
		if !seen[p] {
			seen[p], all = true, append(all, p)
		}
	}
	return all
}
