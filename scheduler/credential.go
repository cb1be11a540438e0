package scheduler

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"time"

	"github.com/grader/grader/schema"
)

// tokenLife is how long a runner has from its start to its registration.
const tokenLife = 10 * time.Minute

// Issue returns a one-time token for a runner that is about to be started. It is
// spent by the first registration and good for ten minutes; only its hash is kept.
func (s *Scheduler) Issue(runner, flavour string) string {
	s.prepare()
	secret := rand.Text()
	now := s.Clock()
	s.fleet.expect(flavour, token{runner: runner, hash: sha256.Sum256([]byte(secret)), expires: now.Add(tokenLife)}, now)
	return secret
}

// Expect says that a runner is about to be started. It proves itself by its identity, if its
// pool is an Identifier, and else by a token.
func (s *Scheduler) Expect(runner, flavour string) {
	s.prepare()
	s.fleet.announce(runner, flavour, s.Clock())
}

// Exited says that a runner ended that was not retired. A job that it held goes
// back to the queue at once; the pool puts a fresh runner in its place.
func (s *Scheduler) Exited(runner, failure string) {
	s.Lost(runner, "the runner ended before its job did", failure)
}

// Lost is Exited for a runner that did not end by itself; reason is what the student
// reads whose work it had.
func (s *Scheduler) Lost(runner, reason, failure string) {
	s.prepare()
	// Once it is stopping, Stop gives every job back itself, without counting the attempt.
	s.spawn(func(ctx context.Context) { s.removeRunner(ctx, runner, reason, failure) })
}

// Failed says that no runner of the flavour could be started, or placed; failure is why,
// for staff. It is for what Exited and Lost do not tell, there being no runner yet.
func (s *Scheduler) Failed(flavour, failure string) {
	s.prepare()
	s.failures.record(flavour, failure, true, s.Clock())
}

// Withdrawn says that a runner that was announced is not started after all: fewer are
// wanted now.
func (s *Scheduler) Withdrawn(runner string) {
	s.prepare()
	if m := s.fleet.find(runner); m != nil && m.starting() {
		s.fleet.forget(runner)
	}
}

// Replace retires a runner that is of an older make, if it is ready; one that has its
// job finishes it, and is retired then anyway. It reports whether the runner goes now.
func (s *Scheduler) Replace(runner string) bool {
	s.prepare()
	m := s.fleet.find(runner)
	if m == nil || !m.markOverIfReady(s.Clock()) {
		return false
	}
	s.retire(m)
	return true
}

// removeRunner forgets a runner whose process is gone and gives its job back.
func (s *Scheduler) removeRunner(ctx context.Context, id, reason, failure string) {
	m := s.fleet.forget(id)
	if m == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), poolPatience)
	defer cancel()
	ph, _ := m.state()
	if ph != phaseOver {
		s.failures.record(m.flavour, cmp.Or(failure, "it ended without having been told to"), ph == phaseStarting, s.Clock())
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

// retire ends a runner that has served, or is too many, for good. It returns at
// once; Stop waits for it. Once it is stopping, the pools end every runner anyway.
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

// releaseJob gives a lost runner's job back to the queue, or fails it for good.
func (s *Scheduler) releaseJob(ctx context.Context, job int64, attempt int, reason string) {
	e, err := s.Jobs.Release(ctx, job, attempt, reason, s.Clock())
	if err == nil && e.Kind == schema.EventEnded {
		s.Logger.Error("job failed for good: our machines could not do it", "job", job, "attempts", attempt, "reason", reason)
	}
	s.jobReleased(job, attempt, reason, err)
}

// returnJob is release where neither the job nor its runner is to blame.
func (s *Scheduler) returnJob(ctx context.Context, job int64, attempt int, reason string) {
	_, err := s.Jobs.Return(ctx, job, attempt, reason, s.Clock())
	s.jobReleased(job, attempt, reason, err)
}

// jobReleased tells whoever watches or waits that a job left its runner.
func (s *Scheduler) jobReleased(job int64, attempt int, reason string, err error) {
	if schema.CodeOf(err) == schema.CodeStale {
		return // it had ended, or another attempt runs already
	}
	if err != nil {
		s.Logger.Error("job not released; its lease will end", "job", job, "attempt", attempt, "error", err)
		return
	}
	s.Logger.Warn("job released", "job", job, "attempt", attempt, "reason", reason)
	s.hub.notify(job)
	s.Wake()
}
