package store

import (
	"slices"
	"testing"

	"github.com/grader/grader/schema"
)

// TestFloodDoesNotDelayOthers queues 50,000 jobs of a course and 1,000 jobs of a student, and
// then single pushes. The push in a course without running jobs gets the next free runner. The
// push of another student in the flooded course waits for at most one job per runner.
func TestFloodDoesNotDelayOthers(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	other := b.addAssignment(b.addCourse("other"), "a1")
	quiet := b.addAssignment(b.addCourse("quiet"), "a1")
	b.seed(b.assignment, 500, 50_000)
	b.seed(other, 1, 1000)
	var busy []schema.Job
	for range 8 {
		busy = append(busy, b.claim("standard"))
	}
	for round := range 10 {
		sameCourse, ownCourse := b.pushTo(other, "bob"), b.pushTo(quiet, "carol")
		var next []int64
		for range busy {
			b.finish(busy[0], 1) // any job
			busy = append(busy[1:], b.claim("standard"))
			next = append(next, busy[len(busy)-1].ID)
		}
		if next[0] != ownCourse.Job.ID {
			t.Errorf("round %d: the only push of a course was not next", round)
		}
		if !slices.Contains(next, sameCourse.Job.ID) {
			t.Errorf("round %d: a push beside a flood in its own course had to wait for more than one job a runner", round)
		}
	}
	b.sameCounts()
}
