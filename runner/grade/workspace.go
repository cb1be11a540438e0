package grade

import (
	"context"
	"sync"
	"time"

	"github.com/grader/grader/schema/assignment"
)

// workspace runs the steps of a job. It makes their places and trees, and applies the limits of the assignment and the
// flavour.
type workspace struct {
	grader *Grader
	job    Job
	spec   *assignment.Spec
	watch  Observer
	limit  *jobLimit // nil before it began

	mu    sync.Mutex
	trees []*tree // to be removed at the end
}

// close removes the files that the job created.
func (s *workspace) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.trees {
		t.remove()
	}
	s.trees = nil
	s.grader.Wall.AwaitRemovals()
}

// keep records a tree, which is removed when the job ends.
func (s *workspace) keep(t *tree) *tree {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.trees = append(s.trees, t)
	return t
}

// now returns the time of the grader's clock.
func (s *workspace) now() time.Time {
	if s.grader.Clock == nil {
		return time.Now()
	}
	return s.grader.Clock()
}

// within returns ctx limited to the job's time limit.
func (s *workspace) within(ctx context.Context) (context.Context, context.CancelFunc) {
	limit, bounded, cancel := newJobLimit(ctx, s.spec.JobLimit)
	s.limit = limit
	return bounded, cancel
}
