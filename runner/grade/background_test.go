package grade

import (
	"testing"

	"github.com/grader/grader/runner/sandbox"
	"github.com/grader/grader/schema/assignment"
)

// TestOnlyCompilersRunInTheBackground checks that in a job that nobody waits for only compilers
// run at low priority, because a test may measure time itself. In other jobs nothing does.
func TestOnlyCompilersRunInTheBackground(t *testing.T) {
	t.Parallel()
	for _, job := range []bool{false, true} {
		for _, compile := range []bool{false, true} {
			s := newSession(&Grader{Wall: &sandbox.Wall{}}, Job{Background: job}, &assignment.Spec{}, silent{})
			step, _ := s.step(order{command: assignment.Command{Argv: []string{"true"}}, place: &place{}, compile: compile})
			if want := job && compile; step.Background != want {
				t.Errorf("job in the background %v, compiler %v: step in the background %v", job, compile, step.Background)
			}
		}
	}
}
