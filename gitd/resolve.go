package gitd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/grader/grader/course"
	"github.com/grader/grader/gitd/pktline"
	"github.com/grader/grader/gitd/repo"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

const (
	orphanGrace  = 2 * time.Second  // for the git of a dead server to end on its own
	orphanTime   = 30 * time.Second // for killing it
	maxSource    = 1 << 20          // of assignment.yaml, bytes
	retryFirst   = time.Second
	retryLongest = 30 * time.Second
)

// resolver records what was pushed, and resolves the intents of pushes that were interrupted.
type resolver struct {
	*services
	pushes     *pushes       // that git is receiving now
	unresolved chan struct{} // wakes the retrier
}

// record records a push after its ref has moved, as a submission, a try or a version. It then wakes
// the queue to start the job.
func (s *resolver) record(ctx context.Context, in schema.Intent, row schema.Repository, p schema.Push) (*recorded, error) {
	is, err := s.recordOnce(ctx, in, row, p)
	if err == nil {
		s.Queue.Wake()
	}
	return is, err
}

// recordOnce is like record but does not wake the queue. It is idempotent: pins and rows are made
// once.
func (s *resolver) recordOnce(ctx context.Context, in schema.Intent, row schema.Repository, p schema.Push) (*recorded, error) {
	if in.Ref != mainRef {
		return s.bookTry(ctx, in, row, p)
	}
	var err error
	if p.Tree, err = s.Repos.Pin(row.ID, in.ID, in.New); err != nil {
		return nil, fmt.Errorf("pin: %w", err)
	}
	if row.Kind == schema.RepositoryCourse {
		return s.recordCourse(ctx, row, p)
	}
	is := new(recorded)
	if row.Kind == schema.RepositoryTests {
		source, err := s.Repos.ReadFile(ctx, row.ID, in.New, assignment.Filename, maxSource)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", assignment.Filename, err)
		}
		p = s.ofTests(p, source)
		is.version, is.job, err = s.Ledger.RecordCandidate(ctx, p, source)
		if err != nil {
			return nil, fmt.Errorf("record candidate: %w", err)
		}
	} else {
		sub, err := s.Ledger.RecordSubmission(ctx, p)
		if err != nil {
			return nil, fmt.Errorf("record submission: %w", err)
		}
		is.submission, is.job = sub.Submission, sub.Job
	}
	return is, nil
}

// bookTry records a push to the branch try.
func (s *resolver) bookTry(ctx context.Context, in schema.Intent, row schema.Repository, p schema.Push) (*recorded, error) {
	var err error
	if p.Tree, err = s.Repos.KeepTry(row.ID, in.ID, in.New); err != nil {
		return nil, fmt.Errorf("keep a try: %w", err)
	}
	is := new(recorded)
	if is.try, err = s.Ledger.RecordTry(ctx, p); err != nil {
		return nil, fmt.Errorf("record try: %w", err)
	}
	is.job = is.try.Job
	return is, nil
}

// ofTests adds the flavour and the parts of the gate from assignment.yaml to a tests push. The
// default flavour is the course's. If the file no longer parses, because the server was upgraded
// since the push, the gate is a single job that reports the error.
func (s *resolver) ofTests(p schema.Push, source []byte) schema.Push {
	spec, err := assignment.Parse(source, assignment.Context{Flavour: p.Flavour})
	if err != nil {
		return p
	}
	p.Flavour = cmp.Or(spec.Flavour, p.Flavour)
	if !s.SingleGate {
		p.Gate = course.GateParts(spec)
	}
	return p
}

// pushOf returns the record of a push in progress for the ledger.
func (s *resolver) pushOf(p *push) schema.Push {
	c := p.target.course
	out := schema.Push{Intent: p.intent, Course: c, Flavour: c.Flavour, Limits: c.Settings.Limits, TryOut: p.target.viewer.Staff(), Login: p.target.user.Login}
	if p.row.Kind == schema.RepositoryOwn {
		out.Flavour = p.target.flavour()
		out.VersionID = p.target.assignment.Active.ID
	}
	return out
}

// pushAgain is like pushOf, for an intent whose session has ended.
func (s *resolver) pushAgain(ctx context.Context, in schema.Intent, row schema.Repository) (schema.Push, error) {
	user, err := s.Accounts.User(ctx, in.PusherID)
	if err != nil {
		return schema.Push{}, fmt.Errorf("find pusher: %w", err)
	}
	role, err := s.Courses.Role(ctx, row.CourseID, user.ID)
	if err != nil {
		return schema.Push{}, fmt.Errorf("find role: %w", err)
	}
	if row.Kind == schema.RepositoryCourse {
		c, err := s.Courses.CourseByID(ctx, row.CourseID)
		if err != nil {
			return schema.Push{}, fmt.Errorf("find course: %w", err)
		}
		return s.pushOf(&push{intent: in, row: row, target: target{user: user, course: c}}), nil
	}
	all, err := s.Courses.Assignments(ctx, row.CourseID)
	if err != nil {
		return schema.Push{}, fmt.Errorf("find assignment: %w", err)
	}
	for _, a := range all {
		if a.ID != row.AssignmentID {
			continue
		}
		t := target{user: user, course: a.Course, assignment: a}
		t.viewer.Admin, t.viewer.Role = user.Admin, role
		is := s.Classroom.Work.Read(a)
		if is.Broken != nil {
			return schema.Push{}, is.Broken
		}
		if t.spec = is.Spec; t.spec == nil && row.Kind == schema.RepositoryOwn {
			break
		}
		return s.pushOf(&push{intent: in, row: row, target: t}), nil
	}
	return schema.Push{}, fmt.Errorf("assignment %d has no active version", row.AssignmentID)
}

// resolveIntent resolves an intent by its ref, main or that of a try. If the ref is at the new
// commit, the push is recorded; otherwise it never happened. The caller holds the lock, and no
// running git may be able to move the ref.
func (s *resolver) resolveIntent(ctx context.Context, in schema.Intent, row schema.Repository) (is *recorded, moved bool, err error) {
	tip, err := s.Repos.Tip(row.ID, in.Ref)
	if err != nil {
		return nil, false, fmt.Errorf("read %s: %w", in.Ref, err)
	}
	if tip != in.New || tip == pktline.Zero {
		if err := s.Ledger.VoidIntent(ctx, in.ID); err != nil {
			return nil, false, fmt.Errorf("void intent: %w", err)
		}
		return nil, false, nil
	}
	p, err := s.pushAgain(ctx, in, row)
	if err != nil {
		return nil, true, err
	}
	is, err = s.record(ctx, in, row, p)
	return is, true, err
}

// resolveRepository resolves the open intents of a repository. The caller holds its lock.
func (s *resolver) resolveRepository(ctx context.Context, row schema.Repository) error {
	open, err := s.Ledger.OpenIntents(ctx, row.ID)
	if err != nil {
		return fmt.Errorf("find open intents: %w", err)
	}
	for _, in := range open {
		if _, _, err := s.resolveIntent(ctx, in, row); err != nil {
			return err
		}
	}
	return nil
}

// resolveAll resolves every open intent of a repository that no session is pushing to. It first
// waits for the processes that an earlier server left there, or kills them.
func (s *resolver) resolveAll(ctx context.Context) error {
	open, err := s.Ledger.OpenIntents(ctx, 0)
	if err != nil {
		return err
	}
	var failed error
	for _, in := range open {
		if s.pushes.receiving(in.RepositoryID) {
			continue
		}
		if err := s.resolveOrphan(ctx, in); err != nil {
			failed = errors.Join(failed, fmt.Errorf("intent %s: %w", in.ID, err))
			continue // one broken repository must not block the others
		}
		s.Logger.Info("resolved a push that was left open", "intent", in.ID)
	}
	return failed
}

func (s *resolver) resolveOrphan(ctx context.Context, in schema.Intent) error {
	row, err := s.Courses.Repository(ctx, in.RepositoryID)
	if err != nil {
		return fmt.Errorf("find repository: %w", err)
	}
	lock, err := s.lockOrphan(ctx, in)
	if err != nil {
		return err
	}
	defer func() { _ = lock.Unlock() }() // the file is only locked, so an error does not matter
	return s.resolveRepository(ctx, row)
}

// lockOrphan locks a repository in which an orphaned git may still run.
func (s *resolver) lockOrphan(ctx context.Context, in schema.Intent) (*repo.Lock, error) {
	short, cancel := context.WithTimeout(ctx, orphanGrace)
	lock, err := s.Repos.Lock(short, in.RepositoryID)
	cancel()
	if err == nil || ctx.Err() != nil {
		return lock, err
	}
	if s.pushes.receiving(in.RepositoryID) { // it is a new push, not an orphan
		return nil, fmt.Errorf("wait for a push: %w", err)
	}
	long, cancel := context.WithTimeout(ctx, orphanTime)
	defer cancel()
	if err := s.Repos.EndOrphan(long, in.RepositoryID, in.ProcessGroup); err != nil {
		return nil, err
	}
	return s.Repos.Lock(long, in.RepositoryID)
}

func (s *resolver) wakeRetrier() {
	select {
	case s.unresolved <- struct{}{}:
	default:
	}
}

// retry resolves pushes that could not be recorded until all are recorded.
func (s *resolver) retry() {
	for {
		select {
		case <-s.unresolved:
		case <-s.base.Done():
			return
		}
		for pause := retryFirst; ; pause = min(2*pause, retryLongest) {
			if !s.rest(pause) {
				return
			}
			err := s.resolveAll(s.base)
			if err == nil {
				break
			}
			s.Logger.Error("resolve open pushes", "error", err)
		}
	}
}

func (s *resolver) rest(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-s.base.Done():
		return false
	}
}
