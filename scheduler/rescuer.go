package scheduler

import (
	"context"
	"time"

	"github.com/grader/grader/schema"
)

// reconcileEvery is the number of the rescuer's runs between two comparisons with the store. The
// store also holds the runners of an earlier process whose pool did not answer.
const reconcileEvery = 12

// runnerGone is the message for a student whose runner is no longer in any pool.
const runnerGone = "its runner is gone"

// rescue returns jobs whose lease has expired and removes runners that their pools have lost, until
// the scheduler stops.
func (s *Scheduler) rescue(ctx context.Context) {
	tick := time.NewTicker(s.Lease / 6)
	defer tick.Stop()
	var stranded []schema.QueueDepth
	for looks := 1; ; looks++ {
		var err error
		if stranded, err = s.overview.logStranded(ctx, stranded); err != nil && ctx.Err() == nil {
			s.Logger.Error("stranded jobs not listed", "error", err)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		if err := s.registry.rescueExpired(ctx); err != nil && ctx.Err() == nil {
			s.Logger.Error("expired jobs not rescued", "error", err)
		}
		s.registry.removeLost(ctx)
		if looks%reconcileEvery == 0 {
			if err := s.registry.reconcile(ctx, runnerGone, false); err != nil && ctx.Err() == nil {
				s.Logger.Error("lost runners not found", "error", err)
			}
		}
		s.wakeKeepers()
	}
}

// rescueExpired releases every job whose lease has expired, and retires its runner.
func (s *registry) rescueExpired(ctx context.Context) error {
	jobs, err := s.Jobs.Expired(ctx, s.Clock())
	if err != nil {
		return err
	}
	for _, job := range jobs {
		m := s.fleet.find(job.Runner)
		last := m != nil && m.markOver(s.Clock())
		s.releaseJob(ctx, job.ID, job.Attempt, "its runner stopped answering")
		if last {
			s.retire(m)
		}
	}
	return nil
}

// removeLost removes the registered runners of this process that no pool has.
func (s *registry) removeLost(ctx context.Context) {
	members := s.fleet.all() // first: a runner that registers later is not lost
	pools := s.listRunners(ctx)
	for _, m := range members {
		if !m.starting() && !pools.alive[m.id] && !pools.unknown(m.flavour) {
			s.removeRunner(ctx, m.id, runnerGone, runnerGone)
		}
	}
}

// reconcile compares the runners in the store with those of the pools, and removes those that no
// pool has. Their jobs are queued again. The attempt does not count if the server's own restart
// ended them, as it does with local runners. If a pool does not answer, its runners keep their jobs
// until the leases end.
func (s *registry) reconcile(ctx context.Context, reason string, restarted bool) error {
	runners, err := s.Jobs.Runners(ctx) // first: a runner that registers later is not lost
	if err != nil {
		return err
	}
	pools := s.listRunners(ctx)
	for _, r := range runners {
		if pools.unknown(r.Flavour) || pools.alive[r.ID] && !restarted {
			continue
		}
		m := s.fleet.find(r.ID)
		if m == nil {
			if m, err = s.adopt(ctx, r); err != nil {
				return err
			}
		}
		if pools.alive[r.ID] {
			continue
		}
		if !restarted {
			s.removeRunner(ctx, r.ID, reason, reason)
			continue
		}
		if job, attempt, unfinished := m.markLost(s.Clock()); unfinished {
			s.returnJob(ctx, job, attempt, reason)
		}
		s.fleet.forget(r.ID)
		s.retireInStore(ctx, m)
	}
	s.forgetUnregistered(pools)
	return nil
}

// forgetUnregistered removes runners that were announced, never registered, and are in no pool.
func (s *registry) forgetUnregistered(pools inventory) {
	now := s.Clock()
	for _, m := range s.fleet.all() {
		if pools.unknown(m.flavour) || pools.alive[m.id] {
			continue
		}
		if ph, since := m.state(); ph == phaseStarting && now.Sub(since) > tokenLife {
			s.fleet.forget(m.id)
		}
	}
}

// returnAll returns the jobs of runners that the closed pools have ended, without counting the
// attempt. Runners that survive their pool keep their jobs, and so do runners of a pool that does
// not answer.
func (s *registry) returnAll(ctx context.Context) {
	pools := s.listRunners(ctx)
	for _, m := range s.fleet.all() {
		if pools.alive[m.id] || pools.unknown(m.flavour) {
			continue
		}
		if job, attempt, unfinished := m.markLost(s.Clock()); unfinished {
			s.returnJob(ctx, job, attempt, "the server was stopped")
		}
		s.fleet.forget(m.id)
		s.retireInStore(ctx, m)
	}
}
