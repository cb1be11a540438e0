package course_test

import (
	"slices"
	"testing"
	"time"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// candidate returns a graded submission received number hours after the course began.
func candidate(number int, score int64) course.Candidate {
	return course.Candidate{Number: number, Received: time.Unix(1_800_000_000, 0).Add(time.Duration(number) * time.Hour), Score: schema.NewPoints(score, 1)}
}

func TestWhichSubmissionCounts(t *testing.T) {
	t.Parallel()
	marked, hidden := candidate(1, 3), candidate(1, 9)
	marked.Marked = true
	hidden.Seen = &course.Seen{Subtotal: schema.Subtotal{Score: schema.NewPoints(2, 1)}}
	cases := map[string]struct {
		rule       assignment.Counts
		candidates []course.Candidate
		want       int // number; 0 for none
	}{
		"nothing":                                {assignment.CountsBest, nil, 0},
		"the best":                               {assignment.CountsBest, []course.Candidate{candidate(1, 3), candidate(2, 7), candidate(3, 5)}, 2},
		"the earlier of two equals":              {assignment.CountsBest, []course.Candidate{candidate(2, 7), candidate(1, 7)}, 1},
		"of two zeros the earlier":               {assignment.CountsBest, []course.Candidate{candidate(3, 0), candidate(4, 0)}, 3},
		"the best by the points that are seen":   {assignment.CountsBest, []course.Candidate{hidden, candidate(2, 5)}, 2},
		"the last, though it is worse":           {assignment.CountsLast, []course.Candidate{candidate(1, 3), candidate(3, 5), candidate(2, 7)}, 3},
		"the last, which fails to build":         {assignment.CountsLast, []course.Candidate{candidate(1, 3), candidate(3, 0)}, 3},
		"the marked one":                         {assignment.CountsMarked, []course.Candidate{marked, candidate(2, 7)}, 1},
		"the last, where none is marked":         {assignment.CountsMarked, []course.Candidate{candidate(1, 3), candidate(2, 1)}, 2},
		"a marked one is no better under best":   {assignment.CountsBest, []course.Candidate{marked, candidate(2, 7)}, 2},
		"a marked one does not count under last": {assignment.CountsLast, []course.Candidate{marked, candidate(2, 1)}, 2},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for range 2 {
				standings, _ := course.Ledger([]course.Work{{Assignment: "a1", Owner: "alice", Counts: c.rule, Candidates: c.candidates}}, nil)
				if standings[0].Number != c.want {
					t.Errorf("submission %d of %d counts, want %d", standings[0].Number, len(c.candidates), c.want)
				}
				c.candidates = slices.Clone(c.candidates)
				slices.Reverse(c.candidates)
			}
		})
	}
}
