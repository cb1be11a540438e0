package scheduler

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"time"

	"github.com/grader/grader/schema"
)

// tokenLife is the time within which a runner must register after its start.
const tokenLife = 10 * time.Minute

// Issue returns the credential of a runner that is about to be started; the pool adds the values
// that only it knows. The first registration uses up its token, which expires after ten minutes.
// Only the token's hash is kept.
func (s *Scheduler) Issue(runner, flavour string) schema.Credential {
	s.prepare()
	secret := rand.Text()
	now := s.Clock()
	s.fleet.expect(flavour, token{runner: runner, hash: sha256.Sum256([]byte(secret)), expires: now.Add(tokenLife)}, now)
	return schema.Credential{Runner: runner, Flavour: flavour, Token: secret, Background: s.lines.ready(flavour)}
}

// Expect announces a runner that is about to be started. The runner authenticates by its identity
// if its pool is an Identifier, otherwise by a token.
func (s *Scheduler) Expect(runner, flavour string) {
	s.prepare()
	s.fleet.announce(runner, flavour, s.Clock())
}

// Exited reports that a runner ended without having been retired. Its job is queued again
// immediately, and the pool starts another runner.
func (s *Scheduler) Exited(runner, failure string) {
	s.Lost(runner, "the runner ended before its job did", failure)
}

// Lost is like Exited for a runner that something else ended. reason is shown to the student whose
// work was being graded.
func (s *Scheduler) Lost(runner, reason, failure string) {
	s.prepare()
	// Once the scheduler is stopping, Stop returns every job itself, without counting the
	// attempt.
	s.spawn(func(ctx context.Context) { s.registry.removeRunner(ctx, runner, reason, failure) })
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
	s.registry.retire(m)
	return true
}
