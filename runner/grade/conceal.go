package grade

import (
	"context"
	"slices"
	"time"

	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// A submission's program reads the inputs of tests that students do not see, and could encode them
// in its running time. So these tests run last, after everything that a student sees, and the job
// then ends at a time on a coarse grid. A program can only choose the step of the grid.

// firstStep is the shortest time that tests hidden from students appear to take.
const firstStep = time.Second

// gridStep returns how long tests that took d appear to take: one, two, four, eight … seconds.
func gridStep(d time.Duration) time.Duration {
	step := firstStep
	for step < d {
		step *= 2
	}
	return step
}

// conceal waits until the end of the job no longer shows how long the hidden tests took.
func (s *session) conceal(ctx context.Context, b *subject) {
	if !s.job.Conceal || b.build.Outcome != schema.OutcomePassed {
		return
	}
	if _, unseen := byVisibility(s.spec.Tests); len(unseen) == 0 {
		return
	}
	s.grader.Wall.AwaitRemovals() // the time of removals depends on the files that the tests' steps left
	took := time.Since(b.seen)
	s.grader.pause(ctx, gridStep(took)-took)
}

// pause waits for d, or until ctx ends.
func (g *Grader) pause(ctx context.Context, d time.Duration) {
	if g.Pause != nil {
		g.Pause(ctx, d)
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// byVisibility divides tests into those that students see while the job runs, and all others.
func byVisibility(tests []assignment.Test) (seen, unseen []*assignment.Test) {
	for i := range tests {
		if tests[i].Visible == schema.VisibleAlways {
			seen = append(seen, &tests[i])
		} else {
			unseen = append(unseen, &tests[i])
		}
	}
	return seen, unseen
}

// inOrder sorts results by the order of their tests in the assignment.
func inOrder(results []schema.TestResult, tests []assignment.Test) {
	place := make(map[string]int, len(tests))
	for i := range tests {
		place[tests[i].Name] = i
	}
	slices.SortStableFunc(results, func(a, b schema.TestResult) int { return place[a.Test] - place[b.Test] })
}
