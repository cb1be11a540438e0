package gitd

import (
	"context"
	"errors"
	"fmt"

	"github.com/grader/grader/hooks"
	"github.com/grader/grader/schema"
)

// taken is what came of git's part of a push.
type taken struct {
	report []byte    // held back: band 1, or everything where there are no bands
	is     *recorded // nil: the ref did not move, or recording failed
	moved  bool      // the ref moved
}

// outcome is what take came to.
type outcome struct {
	taken   taken
	refused *refusal
	err     error
}

// await takes a push in and returns as soon as it is recorded and git has reported on
// it: what git still clears away, and the lock's return, keep no student waiting.
func (s *Server) await(ctx context.Context, p *push) (taken, *refusal, error) {
	done := make(chan outcome, 1)
	p.session.readers.Go(func() {
		o := outcome{err: errPanic}
		defer func() {
			s.recovered("take a push", recover())
			done <- o
		}()
		o.taken, o.refused, o.err = s.take(ctx, p)
		s.untidy(p.row.ID)
	})
	select {
	case early := <-p.early:
		return early, nil, nil
	case o := <-done:
		return o.taken, o.refused, o.err
	}
}

// errPanic is the outcome of a push whose handling panicked, which the log tells.
var errPanic = errors.New("panic")

// take is the one writer's part: from the repository's lock until the push is
// recorded or known not to have happened. Once the list goes to git it no longer
// depends on the client's being there.
func (s *Server) take(ctx context.Context, p *push) (taken, *refusal, error) {
	lock, no, err := s.lock(ctx, p)
	if err != nil || no != nil {
		return taken{}, no, err
	}
	defer func() { _ = lock.Unlock() }() // of a file that is only locked
	if err := s.settleRepository(context.WithoutCancel(ctx), p.row); err != nil {
		return taken{}, nil, fmt.Errorf("settle an earlier push: %w", err)
	}
	if no, err := s.checkTip(p); err != nil || no != nil {
		return taken{}, no, err
	}
	p.intent = schema.Intent{
		ID: randomHex(), RepositoryID: p.row.ID, PusherID: p.target.user.ID, Ref: mainRef,
		Old: p.list.Commands[0].Old, New: p.list.Commands[0].New, ReceivedAt: p.received, Options: p.list.Options,
	}
	p.token = hooks.NewToken()
	defer s.Hooks.Expect(p.token, hook{s, p})()
	s.pushes.add(p)
	defer s.pushes.remove(p)
	t, err := s.receive(ctx, p, lock)
	return t, nil, err
}

// checkTip makes sure that if main is at the new commit afterwards, this push has
// moved it there.
func (s *Server) checkTip(p *push) (*refusal, error) {
	tip, err := s.Repos.Head(p.row.ID)
	if err != nil {
		return nil, fmt.Errorf("read main: %w", err)
	}
	command := p.list.Commands[0]
	switch {
	case command.New == tip:
		return &refusal{"already there", "main is at " + short(tip) + " already, by a push that came first. Push again to watch it"}, nil
	case command.Old != tip:
		return &refusal{"fetch first", "main has moved since your git looked. Push again"}, nil
	}
	return nil, nil
}
