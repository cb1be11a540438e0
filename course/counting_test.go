package course_test

import (
	"slices"
	"testing"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

func graded(number int, score int64) schema.Submission {
	return schema.Submission{
		Name: schema.SubmissionName{Owner: "alice", Number: number}, Job: schema.Job{State: schema.StateDone},
		Result: &schema.Result{Outcome: schema.OutcomeGraded, Blame: schema.BlameStudent, Score: points(score)},
	}
}

func TestWhichSubmissionCounts(t *testing.T) {
	t.Parallel()
	tryOut, running, unrun := graded(9, 99), graded(9, 99), graded(9, 99)
	tryOut.TryOut = true
	running.Job.State = schema.StateRunning
	unrun.Result = nil
	compileError, graderError := graded(3, 0), graded(9, 99)
	compileError.Result.Outcome = schema.OutcomeCompileError
	graderError.Result.Outcome, graderError.Result.Blame = schema.OutcomeGraderError, schema.BlameGrader
	cases := map[string]struct {
		rule assignment.Counts
		subs []schema.Submission
		want int // number; 0 for none
	}{
		"nothing":                        {assignment.CountsBest, nil, 0},
		"only what does not count":       {assignment.CountsBest, []schema.Submission{tryOut, running, unrun, graderError}, 0},
		"only what is not the last":      {assignment.CountsLast, []schema.Submission{tryOut, running, unrun, graderError}, 0},
		"the best":                       {assignment.CountsBest, []schema.Submission{graded(1, 3), graded(2, 7), graded(3, 5)}, 2},
		"the earlier of two equals":      {assignment.CountsBest, []schema.Submission{graded(2, 7), graded(1, 7)}, 1},
		"the last, though it is worse":   {assignment.CountsLast, []schema.Submission{graded(1, 3), graded(3, 5), graded(2, 7)}, 3},
		"the last, which fails to build": {assignment.CountsLast, []schema.Submission{graded(1, 3), compileError}, 3},
		"of two zeros the earlier":       {assignment.CountsBest, []schema.Submission{compileError, graded(4, 0)}, 3},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for range 2 {
				got := course.Better(c.rule, c.subs)
				if number(c.subs, got) != c.want {
					t.Errorf("submission %d of %d counts", number(c.subs, got), len(c.subs))
				}
				c.subs = slices.Clone(c.subs)
				slices.Reverse(c.subs)
			}
		})
	}
}

func number(subs []schema.Submission, i int) int {
	if i < 0 {
		return 0
	}
	return subs[i].Name.Number
}
