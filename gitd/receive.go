package gitd

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/grader/grader/gitd/pktline"
	"github.com/grader/grader/gitd/repo"
	"github.com/grader/grader/gitd/transcript"
	"github.com/grader/grader/hooks"
	"github.com/grader/grader/schema"
)

// await receives a push and returns as soon as it is recorded and git has reported on it. The
// student does not wait while git cleans up and the lock is released.
func (s *receiver) await(ctx context.Context, p *push) outcome {
	p.session.readers.Go(func() {
		defer func() {
			if s.recovered("receive a push", recover()) {
				p.reception.resolve(s.failedPush(errPanic))
			}
		}()
		is := s.receive(ctx, p)
		p.reception.resolve(is)
		if is.recorded != nil && p.reception.wait().kind == outcomeStored { // recorded after the student was told
			s.Queue.Wake()
		}
		s.untidy(p.row.ID)
	})
	return p.reception.wait()
}

// receive holds the repository's lock until the push is recorded or is known not to have happened.
// After the list was sent to git, it no longer depends on the client's connection.
func (s *receiver) receive(ctx context.Context, p *push) outcome {
	lock, no, err := s.lock(ctx, p)
	switch {
	case err != nil:
		return s.failedPush(err)
	case no != nil:
		return refusedFor(*no)
	}
	defer func() { _ = lock.Unlock() }() // the file is only locked, so an error does not matter
	if err := s.resolveRepository(context.WithoutCancel(ctx), p.row); err != nil {
		return s.failedPush(fmt.Errorf("resolve an earlier push: %w", err))
	}
	no, err = s.checkTip(p)
	switch {
	case err != nil:
		return s.failedPush(err)
	case no != nil:
		return refusedFor(*no)
	}
	p.intend()
	p.token = hooks.NewToken()
	defer s.Hooks.Expect(p.token, hook{s, p})()
	s.pushes.add(p)
	defer s.pushes.remove(p)
	return s.runGit(ctx, p, lock)
}

// intend sets the push's intent and the list for git. A try goes to a new ref of its own.
func (p *push) intend() {
	p.sent = p.list
	id := randomHex()
	if p.try {
		p.sent = p.list.Replace(pktline.Command{Old: pktline.Zero, New: p.list.Commands[0].New, Ref: repo.TryRef(id)})
	}
	c := p.sent.Commands[0]
	p.intent = schema.Intent{
		ID: id, RepositoryID: p.row.ID, PusherID: p.target.user.ID, Ref: c.Ref,
		Old: c.Old, New: c.New, ReceivedAt: p.received, Options: p.list.Options, Channel: p.session.actor().Channel,
	}
}

// lock waits for the repository's lock. Another push to the repository holds it for seconds.
func (s *receiver) lock(ctx context.Context, p *push) (*repo.Lock, *refusal, error) {
	bounded, cancel := context.WithTimeout(ctx, s.Limits.Lock)
	defer cancel()
	lock, err := s.Repos.Lock(bounded, p.row.ID)
	switch {
	case err == nil:
		return lock, nil, nil
	case errors.Is(context.Cause(ctx), errStopping):
		no := stoppingRefusal()
		return nil, &no, nil
	case errors.As(context.Cause(ctx), new(*revoked)):
		return nil, nil, context.Cause(ctx)
	case errors.Is(err, context.DeadlineExceeded):
		return nil, &refusal{code: refusalBusy, reason: "busy", text: "another push to this repository is still coming in. Push again when it has ended"}, nil
	}
	return nil, nil, fmt.Errorf("lock: %w", err)
}

// checkTip refuses a push if main is already at the new commit or has moved. So if main is at the
// new commit later, this push has moved it there. A try creates a new ref and needs no check.
func (s *receiver) checkTip(p *push) (*refusal, error) {
	if p.try {
		return nil, nil
	}
	tip, err := s.Repos.Head(p.row.ID)
	if err != nil {
		return nil, fmt.Errorf("read main: %w", err)
	}
	command := p.list.Commands[0]
	switch {
	case command.New == tip:
		return &refusal{code: refusalSame, reason: "already there", text: "main is at " + transcript.ShortCommit(tip) + " already, by a push that came first. Push again to watch it"}, nil
	case command.Old != tip && p.target.path.Kind == schema.RepositoryOwn && p.target.owner != p.target.user.Login:
		return &refusal{refusalMoved, "fetch first", "main has moved since your git looked: a teammate's push came first. Merge it, and push again",
			[]string{"git pull --no-rebase --no-edit " + p.remote + " main", p.pushHead()}}, nil
	case command.Old != tip:
		return &refusal{refusalMoved, "fetch first", "main has moved since your git looked: another push came first. To hand in this instead",
			[]string{p.pushHead("--force")}}, nil
	}
	return nil, nil
}

// runGit runs git receive-pack, from opening the intent to recording the submission.
func (s *receiver) runGit(ctx context.Context, p *push, lock *repo.Lock) outcome {
	r, err := s.Repos.ReceiveCommands(ctx, p.row.ID, lock, p.token, p.intent.Ref)
	if err != nil {
		return s.failedPush(fmt.Errorf("start git: %w", err))
	}
	defer func() { _ = r.Close() }() // kills git if it still runs
	p.reception.begin(r.Kill)
	defer p.abortWith(ctx)()
	p.intent.ProcessGroup = r.ProcessGroup
	// Git can move the ref from here on, so nothing may depend on the client.
	ctx = context.WithoutCancel(ctx)
	if err := s.Ledger.OpenIntent(ctx, p.intent); err != nil {
		return s.failedPush(fmt.Errorf("open intent: %w", err))
	}
	report := s.converse(ctx, p, r)
	return s.conclude(ctx, p, report)
}

// conclude returns the outcome of a push whose git has ended. If it is not recorded
// yet, the position of the ref decides. After Limits.Record the student is told what is known by then.
func (s *receiver) conclude(ctx context.Context, p *push, report []byte) outcome {
	if is, _, _ := p.reception.facts(); is != nil {
		return outcome{kind: outcomeRecorded, report: report, recorded: is}
	}
	unrecorded := sync.OnceValue(func() outcome { return s.unrecorded(p, report) })
	s.resolveLate(p, unrecorded)
	ctx, cancel := context.WithTimeout(ctx, s.Limits.Record)
	defer cancel()
	is, _, err := s.resolveIntent(ctx, p.intent, p.row)
	if err != nil {
		s.Logger.Error("resolve a push", "intent", p.intent.ID, "error", err)
		s.wakeRetrier()
	}
	if is != nil {
		return outcome{kind: outcomeRecorded, report: report, recorded: is}
	}
	return unrecorded()
}

// resolveLate sets what late returns as the outcome of a push after Limits.Record, unless the outcome is set before.
func (s *receiver) resolveLate(p *push, late func() outcome) {
	p.reception.resolveAfter(s.Limits.Record, func() (is outcome) {
		defer func() { // this runs in a goroutine of its own
			if s.recovered("tell of a push that is not recorded", recover()) {
				is = s.failedPush(errPanic)
			}
		}()
		return late()
	})
}

// unrecorded returns the outcome of a push whose git has ended and which is not recorded.
func (s *receiver) unrecorded(p *push, report []byte) outcome {
	_, dry, aborted := p.reception.facts()
	tip, err := s.Repos.Tip(p.row.ID, p.intent.Ref)
	if err != nil {
		s.logInternal("read the ref of a push", err)
	}
	switch {
	case tip == p.intent.New, pktline.Accepts(report, p.intent.Ref):
		return outcome{kind: outcomeStored, report: report}
	case dry:
		return outcome{kind: outcomeDryRun}
	case aborted != nil:
		s.refused(p, string(aborted.code), aborted.err())
		return outcome{kind: outcomeRejected, report: report, words: aborted.lines()}
	}
	if no := s.refusedByGit(p, report); no != nil {
		s.refused(p, string(no.code), p.refusedByGit(*no))
		return outcome{kind: outcomeRejected, report: report, words: no.lines()}
	}
	return outcome{kind: outcomeRejected, report: report} // the hook has said why
}

// converse feeds git and relays its output until git has ended. It returns git's report.
func (s *receiver) converse(ctx context.Context, p *push, r *repo.Receive) []byte {
	p.clock = s.limitGit(p)
	p.session.readers.Go(func() {
		p.feed(r)
		p.clock.arrived()
	})
	report := s.relay(ctx, p, r)
	if err := r.Wait(); err != nil {
		s.Logger.Info("git refused a push", "repository", p.row.ID, "error", err)
	}
	p.clock.stop()
	p.reception.gitEnded()
	return report
}

// packClock bounds how long a pack may take to arrive, and how long git may take to store it.
type packClock struct {
	unpack time.Duration
	timer  *time.Timer
	came   chan struct{} // closed when the whole pack has arrived
	moved  atomic.Bool   // git has moved the ref
}

// limitGit starts the clock of a push.
func (s *receiver) limitGit(p *push) *packClock {
	c := &packClock{unpack: s.Limits.Unpack, came: make(chan struct{})}
	c.timer = time.AfterFunc(s.Limits.Pack, func() {
		if c.moved.Load() {
			p.reception.end()
			return
		}
		select {
		case <-c.came:
			p.reception.abort(refusal{code: refusalUnpackSlow, text: fmt.Sprintf("git could not store what was sent within %v. Push fewer or smaller files", s.Limits.Unpack)})
		default:
			p.reception.abort(refusal{code: refusalPackSlow, text: fmt.Sprintf("the pack did not come within %v. Push again", s.Limits.Pack)})
		}
		time.AfterFunc(cutGrace, p.cut)
	})
	return c
}

// arrived stops the time limit for the pack and starts the one for git.
func (c *packClock) arrived() {
	close(c.came)
	if c.timer.Stop() {
		c.timer.Reset(c.unpack)
	}
}

// accepted ends the limits of a push whose ref git has moved. What remains of git, its hook and its cleanup, is
// killed after as long as git may take to store a pack; nothing depends on it.
func (c *packClock) accepted() {
	c.moved.Store(true)
	if c.timer.Stop() {
		c.timer.Reset(c.unpack)
	}
}

func (c *packClock) stop() { c.timer.Stop() }
