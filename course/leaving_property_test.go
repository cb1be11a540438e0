package course_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// TestLeavingChangesNoGrade makes a member leave a team at a random time. The member keeps the
// team's grade at that time, independent of their own earlier submissions and the team's later
// ones.
func TestLeavingChangesNoGrade(t *testing.T) {
	t.Parallel()
	due := time.Date(2026, 9, 14, 12, 0, 0, 0, time.UTC)
	for seed := range uint64(500) {
		r := rand.New(rand.NewPCG(seed, 2))
		spec := &assignment.Spec{Due: due, Late: &assignment.Late{
			Until: due.Add(10 * 24 * time.Hour), Tokens: assignment.AllTokens, Penalty: &assignment.LatePenalty{Percent: schema.NewPoints(10, 1), Per: assignment.PerDay, Of: assignment.OfEarned},
		}}
		left := due.Add(time.Duration(r.IntN(200)) * time.Hour)
		candidates := func(n int) []course.Candidate {
			var all []course.Candidate
			for i := range n {
				all = append(all, course.Candidate{
					Number: i + 1, Received: left.Add(-time.Duration(1+r.IntN(300)) * time.Hour), Score: schema.NewPoints(int64(r.IntN(21)), 1), MaxScore: schema.NewPoints(20, 1),
				})
			}
			return all
		}
		work := course.Work{
			Assignment: "a1", Owner: "blue", Members: []string{"alice", "bob"}, Schedule: course.ScheduleOf(spec, time.UTC, nil, nil),
			Counts:     []assignment.Counts{assignment.CountsBest, assignment.CountsLast, assignment.CountsMarked}[r.IntN(3)],
			Candidates: candidates(1 + r.IntN(6)),
		}
		mark := r.IntN(len(work.Candidates) + 1)
		if mark > 0 {
			work.Candidates[mark-1].Marked = true
		}
		tokens := r.IntN(4)
		before := course.Stand(work, tokens)
		if before.Number == 0 {
			continue
		}
		team := &course.FormerTeam{Name: "blue", Schedule: work.Schedule, Tokens: before.Lateness.Tokens}
		alone := work
		alone.Owner, alone.Members, alone.Candidates = "alice", []string{"alice"}, nil
		for _, c := range work.Candidates {
			c.Team = team
			alone.Candidates = append(alone.Candidates, c)
		}
		alone.Candidates = course.AfterTeam(candidates(r.IntN(4)), alone.Candidates, left)
		after := course.Stand(alone, tokens+r.IntN(3)) // alice may have more left than the team had
		if after.Number != before.Number || after.Of != "blue" || after.Final.Cmp(before.Final) != 0 || after.Lateness.Tokens != before.Lateness.Tokens || after.Lateness.Days != before.Lateness.Days {
			t.Fatalf("seed %d (%s): before %+v, after %+v", seed, work.Counts, before, after)
		}
	}
}
