package grade

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// session is one job in progress: the assignment, and what has been created for it so far.
type session struct {
	grader *Grader
	job    Job
	spec   *assignment.Spec
	watch  Observer

	pins      map[string][]string           // by test; nil while the reference is graded to get them
	traces    map[string]schema.ReportTrace // by test, of the reference
	committed []treeFile                    // of the tests repository; listed when first needed
	tests     *tree                         // the tests repository, for trusted steps; created when first needed
	prepared  *tree
	launchers *tree    // the launchers of frameworks; created when first needed
	ref       *subject // the built reference; created when first needed
	refErr    error

	mu    sync.Mutex
	trees []*tree // to be removed at the end
}

// open loads the assignment of a job.
func (g *Grader) open(j Job, o Observer) (*session, error) {
	spec, err := assignment.Load(assignment.DirFiles(j.Tests), assignment.Context{Zone: j.Zone, Limits: j.Limits})
	if err != nil {
		return nil, loadError(err)
	}
	if o == nil {
		o = silent{}
	}
	if j.Kind == schema.JobTry {
		spec.Tests = slices.DeleteFunc(spec.Tests, func(t assignment.Test) bool { return t.Visible != schema.VisibleAlways })
	}
	return &session{grader: g, job: j, spec: spec, watch: o}, nil
}

// loadError gives a mistake in the assignment its code.
func loadError(err error) error {
	if invalid := new(assignment.Invalid); errors.As(err, &invalid) {
		return &schema.Error{Code: schema.CodeInvalid, Message: err.Error(), Err: err}
	}
	return fmt.Errorf("load assignment: %w", err)
}

// close removes what the session created.
func (s *session) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.trees {
		t.remove()
	}
	s.trees = nil
	s.grader.Wall.AwaitRemovals()
}

// keep removes the tree when the session ends.
func (s *session) keep(t *tree) *tree {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.trees = append(s.trees, t)
	return t
}

// now is the time of the grader's clock.
func (s *session) now() time.Time {
	if s.grader.Clock == nil {
		return time.Now()
	}
	return s.grader.Clock()
}

// within limits ctx to the job's limit.
func (s *session) within(ctx context.Context) (context.Context, context.CancelFunc) {
	if s.spec.JobLimit <= 0 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, s.spec.JobLimit)
}

// silent is an observer that ignores everything.
type silent struct{}

func (silent) Prepared(string)          {}
func (silent) Line(string)              {}
func (silent) Build(schema.BuildResult) {}
func (silent) Test(schema.TestResult)   {}
