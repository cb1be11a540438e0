package scheduler

import (
	"cmp"
	"context"

	"github.com/grader/grader/schema"
)

// registry manages the runners that this process knows, from their announcement until their pool
// has ended them, and their jobs.
type registry struct{ *shared }

// removeRunner forgets a runner whose process has ended and returns its job.
func (s *registry) removeRunner(ctx context.Context, id, reason, failure string) {
	m := s.fleet.forget(id)
	if m == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), poolPatience)
	defer cancel()
	ph, _ := m.state()
	if ph != phaseOver {
		s.failures.record(m.flavour, cmp.Or(failure, "it ended unexpectedly"), ph == phaseStarting, s.Clock())
		s.Logger.Warn("runner exited", "runner", id, "flavour", m.flavour, "phase", ph, "failure", failure)
	}
	if job, attempt, unfinished := m.markLost(s.Clock()); unfinished {
		s.releaseJob(ctx, job, attempt, reason)
	}
	s.retireInStore(ctx, m)
	s.keep(m.flavour)
}

// retireInStore marks a registered runner as retired in the store.
func (s *registry) retireInStore(ctx context.Context, m *member) {
	if _, registered := m.hash(); !registered {
		return // it never registered, so the store does not know it
	}
	if err := s.Jobs.RetireRunner(ctx, m.id, s.Clock()); err != nil {
		s.Logger.Error("runner not retired in the store", "runner", m.id, "error", err)
	}
}

// retire ends a runner that has finished its job or is not needed. It does not block; Stop waits
// for it. While the scheduler is stopping, the pools end every runner anyway.
func (s *registry) retire(m *member) {
	s.keep(m.flavour)
	s.spawn(func(ctx context.Context) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), poolPatience)
		defer cancel()
		for _, p := range s.poolsOf(m.flavour) {
			if err := p.Retire(ctx, m.id); err != nil {
				s.Logger.Warn("runner has not ended yet; its pool ends it once it can", "runner", m.id, "error", err)
			}
		}
		s.fleet.forget(m.id)
		s.retireInStore(ctx, m)
		s.keep(m.flavour)
	})
}

// releaseJob queues the job of a lost runner again, or fails it after the last attempt.
func (s *registry) releaseJob(ctx context.Context, job int64, attempt int, reason string) {
	e, err := s.Jobs.Release(ctx, job, attempt, reason, s.Clock())
	if err == nil && e.Kind == schema.EventEnded {
		s.Logger.Error("job failed for good after its last attempt", "job", job, "attempts", attempt, "reason", reason)
	}
	s.jobReleased(job, attempt, reason, err)
}

// returnJob is like releaseJob for an attempt that ended through no fault of the job or its runner.
func (s *registry) returnJob(ctx context.Context, job int64, attempt int, reason string) {
	_, err := s.Jobs.Return(ctx, job, attempt, reason, s.Clock())
	s.jobReleased(job, attempt, reason, err)
}

// jobReleased notifies watchers and waiting runners that a job left its runner.
func (s *registry) jobReleased(job int64, attempt int, reason string, err error) {
	if schema.CodeOf(err) == schema.CodeStale {
		return // it had ended, or another attempt is running
	}
	if err != nil {
		s.Logger.Error("job not released; its lease will end", "job", job, "attempt", attempt, "error", err)
		return
	}
	s.Logger.Warn("job released", "job", job, "attempt", attempt, "reason", reason)
	s.hub.notify(job)
	s.wake()
}
