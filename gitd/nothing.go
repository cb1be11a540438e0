package gitd

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/grader/grader/gitd/pktline"
	"github.com/grader/grader/gitd/repo"
	"github.com/grader/grader/gitd/transcript"
	"github.com/grader/grader/schema"
)

// printer writes lines to a person outside of a push.
type printer struct {
	w     io.Writer
	alive func() error
}

// Lines implements sink.
func (p printer) Lines(lines []string) error {
	_, err := io.WriteString(p.w, strings.Join(lines, "\n")+"\n")
	return err
}

// Keepalive implements sink.
func (p printer) Keepalive() error { return p.alive() }

func (sess *session) printer(w io.Writer) printer {
	return printer{w: w, alive: func() error {
		_, err := sess.channel.SendRequest("keepalive@openssh.com", false, nil)
		return err
	}}
}

// nothingToPush serves a client that has nothing new. It shows the running job or the last verdict
// on standard error. If main's commit has no submission yet, it hands the commit in.
func (s *receiver) nothingToPush(ctx context.Context, p *push) int {
	out := p.session.printer(p.session.err)
	tip, err := s.Repos.Head(p.row.ID)
	if err != nil {
		return p.session.fail(fmt.Errorf("read main: %w", err))
	}
	if tip == pktline.Zero {
		_ = out.Lines(transcript.NothingSent(p.pushHead()))
		return 0
	}
	if foreign, err := s.foreignRoot(ctx, p, tip); err != nil || foreign {
		s.logInternal("look at a shallow clone", err)
		no := p.shallow("--force")
		s.refused(p, string(no.code), no.err())
		_ = out.Lines(fromRemote(no.lines()))
		return 1
	}
	status := s.showTip(ctx, p, tip, viewing{out: out, wait: true, again: true})
	_ = out.Lines(transcript.NothingNew(p.pushHead("--force")))
	return status
}

// foreignRoot reports whether a client that sent nothing has a shallow clone of another history. It
// does if main lacks one of the clone's roots, because its git cannot have fetched that root from here.
func (s *receiver) foreignRoot(ctx context.Context, p *push, tip string) (bool, error) {
	for _, root := range p.list.Shallow {
		if has, err := s.Repos.Ancestor(ctx, p.row.ID, repo.Quarantine{}, root, tip); err != nil || !has {
			return err == nil, err
		}
	}
	return false, nil
}

// fromRemote adds the prefix with which git marks the lines of a push.
func fromRemote(lines []string) []string {
	marked := make([]string, len(lines))
	for i, line := range lines {
		marked[i] = "remote: " + line
	}
	return marked
}

// showTip shows what main was recorded as and returns the exit status.
func (s *receiver) showTip(ctx context.Context, p *push, tip string, v viewing) int {
	is, err := s.ofTip(ctx, p, tip)
	if err != nil {
		s.logInternal("look at a tip", err)
		return p.session.fail(err)
	}
	p.session.became.Store(is)
	_ = v.out.Lines([]string{"grader: nothing new; main is at " + transcript.ShortCommit(tip)})
	if is.course.ID != 0 {
		return s.followCourse(v, is.course, nil)
	}
	no := s.retryFailed(ctx, p, is)
	status := s.follow(ctx, v, is, &p.target)
	if no != nil {
		_ = v.out.Lines(transcript.Wrap("not tried again: "+schema.Sanitize(schema.MessageOf(no)), transcript.Width))
	}
	return status
}

// retryFailed grades a push again if our machines failed to grade it; the last line of that push
// promised this. The returned error tells the person why it was not done.
func (s *receiver) retryFailed(ctx context.Context, p *push, is *recorded) error {
	if is.version.ID != 0 {
		return s.retryGate(ctx, is.version.ID)
	}
	if is.submission.ID == 0 || is.job.State != schema.StateFailed {
		return nil
	}
	job, err := s.Classroom.Work.Rerun(context.WithoutCancel(ctx), p.session.actor(), is.submission.ID)
	if err != nil {
		s.logInternal("retry a failed job", err)
		return err
	}
	is.job = job
	return nil
}

// retryGate queues again the parts of a gate that our machines failed to do.
func (s *receiver) retryGate(ctx context.Context, version int64) error {
	ctx = context.WithoutCancel(ctx)
	gate, err := s.Ledger.Gate(ctx, version)
	if err == nil && gate.Ended() && gate.Failed() {
		_, err = s.Ledger.RetryGate(ctx, version, s.Clock())
		s.Queue.Wake()
	}
	if err != nil {
		s.logInternal("retry a gate", err)
	}
	return err
}

// ofTip returns what main's commit was recorded as, or records it.
func (s *receiver) ofTip(ctx context.Context, p *push, tip string) (*recorded, error) {
	is, err := s.findRecorded(ctx, p, tip)
	if schema.CodeOf(err) != schema.CodeNotFound {
		return is, err
	}
	lock, no, err := s.lock(ctx, p)
	if no != nil {
		err = schema.Errorf(schema.CodeUnavailable, "%s", no.text)
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = lock.Unlock() }() // the file is only locked, so an error does not matter
	if err := s.resolveRepository(ctx, p.row); err != nil {
		return nil, err
	}
	if is, err = s.findRecorded(ctx, p, tip); schema.CodeOf(err) != schema.CodeNotFound {
		return is, err
	}
	return s.recordTip(ctx, p, tip)
}

func (s *receiver) findRecorded(ctx context.Context, p *push, tip string) (*recorded, error) {
	if p.row.Kind == schema.RepositoryTests {
		v, err := s.Ledger.VersionByCommit(ctx, p.target.assignment.ID, tip)
		if err != nil {
			return nil, fmt.Errorf("find version: %w", err)
		}
		return &recorded{version: v}, nil
	}
	if p.row.Kind == schema.RepositoryCourse {
		v, err := s.Ledger.CourseVersionByCommit(ctx, p.target.course.ID, tip)
		if err != nil {
			return nil, fmt.Errorf("find version: %w", err)
		}
		return &recorded{course: v}, nil
	}
	sub, err := s.Ledger.SubmissionByCommit(ctx, p.target.assignment.ID, p.row.Owner, tip)
	if err != nil {
		return nil, fmt.Errorf("find submission: %w", err)
	}
	return &recorded{submission: sub.Submission, job: sub.Job}, nil
}

// recordTip hands in a commit that was not recorded, with the present time as its time of receipt.
func (s *receiver) recordTip(ctx context.Context, p *push, tip string) (*recorded, error) {
	if err := s.judgeTerms(ctx, p); err != nil {
		if schema.CodeOf(err) != schema.CodeRefused {
			return nil, err
		}
		return nil, schema.Errorf(schema.CodeRefused, "%s was never handed in: %s", transcript.ShortCommit(tip), schema.MessageOf(err))
	}
	p.intent = schema.Intent{
		ID: randomHex(), RepositoryID: p.row.ID, PusherID: p.target.user.ID, Ref: mainRef, Old: tip, New: tip, ReceivedAt: p.received, Channel: p.session.actor().Channel,
	}
	ctx = context.WithoutCancel(ctx)
	if err := s.Ledger.OpenIntent(ctx, p.intent); err != nil {
		return nil, fmt.Errorf("open intent: %w", err)
	}
	is, err := s.record(ctx, p.intent, p.row, s.pushOf(p))
	if err != nil {
		s.wakeRetrier()
	}
	return is, err
}
