package scheduler

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"time"

	"github.com/grader/grader/schema"
)

// tokenLife is the time from a runner's start until it must have registered.
const tokenLife = 10 * time.Minute

// Issue returns the credential of a runner that is about to be started, without what only its
// pool knows. The first registration uses up its token, which expires after ten minutes. Only
// the token's hash is kept.
func (s *Scheduler) Issue(runner, flavour string) schema.Credential {
	s.prepare()
	secret := rand.Text()
	now := s.Clock()
	s.fleet.expect(flavour, token{runner: runner, hash: sha256.Sum256([]byte(secret)), expires: now.Add(tokenLife)}, now)
	return schema.Credential{Runner: runner, Flavour: flavour, Token: secret, Background: s.lines.ready(flavour)}
}

// Expect announces a runner that is about to be started. It authenticates by its identity if
// its pool is an Identifier, otherwise by a token.
func (s *Scheduler) Expect(runner, flavour string) {
	s.prepare()
	s.fleet.announce(runner, flavour, s.Clock())
}

// Exited reports that a runner ended without having been retired. Its job is queued again at
// once, and the pool starts another runner.
func (s *Scheduler) Exited(runner, failure string) {
	s.Lost(runner, "the runner ended before its job did", failure)
}

// Lost is Exited for a runner that was ended by something else. reason is shown to the student
// whose work it graded.
func (s *Scheduler) Lost(runner, reason, failure string) {
	s.prepare()
	// Once the scheduler is stopping, Stop returns every job itself, without counting the
	// attempt.
	s.spawn(func(ctx context.Context) { s.removeRunner(ctx, runner, reason, failure) })
}

// Failed reports that no runner of the flavour could be started or placed. failure tells staff
// why. Exited and Lost do not cover this case, because no runner exists yet.
func (s *Scheduler) Failed(flavour, failure string) {
	s.prepare()
	s.failures.record(flavour, failure, true, s.Clock())
}

// Withdrawn reports that an announced runner will not be started, because fewer are wanted now.
func (s *Scheduler) Withdrawn(runner string) {
	s.prepare()
	if m := s.fleet.find(runner); m != nil && m.starting() {
		s.fleet.forget(runner)
	}
}

// Replace retires a runner of an older specification if it is ready, and reports whether it
// did. A busy runner finishes its job and is retired afterwards anyway.
func (s *Scheduler) Replace(runner string) bool {
	s.prepare()
	m := s.fleet.find(runner)
	if m == nil || !m.markOverIfReady(s.Clock()) {
		return false
	}
	s.retire(m)
	return true
}

// removeRunner forgets a runner whose process is gone and returns its job.
func (s *Scheduler) removeRunner(ctx context.Context, id, reason, failure string) {
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

// retireInStore marks a registered runner as gone in the store.
func (s *Scheduler) retireInStore(ctx context.Context, m *member) {
	if _, registered := m.hash(); !registered {
		return // it never registered, so the store does not know it
	}
	if err := s.Jobs.RetireRunner(ctx, m.id, s.Clock()); err != nil {
		s.Logger.Error("runner not retired in the store", "runner", m.id, "error", err)
	}
}

// retire ends a runner that has finished its job or is not needed. It returns at once; Stop
// waits for it. While the scheduler is stopping, the pools end every runner anyway.
func (s *Scheduler) retire(m *member) {
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
func (s *Scheduler) releaseJob(ctx context.Context, job int64, attempt int, reason string) {
	e, err := s.Jobs.Release(ctx, job, attempt, reason, s.Clock())
	if err == nil && e.Kind == schema.EventEnded {
		s.Logger.Error("job failed for good after its last attempt", "job", job, "attempts", attempt, "reason", reason)
	}
	s.jobReleased(job, attempt, reason, err)
}

// returnJob is releaseJob for an attempt that ended through no fault of the job or its runner.
func (s *Scheduler) returnJob(ctx context.Context, job int64, attempt int, reason string) {
	_, err := s.Jobs.Return(ctx, job, attempt, reason, s.Clock())
	s.jobReleased(job, attempt, reason, err)
}

// jobReleased notifies watchers and waiting runners that a job left its runner.
func (s *Scheduler) jobReleased(job int64, attempt int, reason string, err error) {
	if schema.CodeOf(err) == schema.CodeStale {
		return // it had ended, or another attempt is running
	}
	if err != nil {
		s.Logger.Error("job not released; its lease will end", "job", job, "attempt", attempt, "error", err)
		return
	}
	s.Logger.Warn("job released", "job", job, "attempt", attempt, "reason", reason)
	s.hub.notify(job)
	s.Wake()
}
