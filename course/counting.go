package course

import (
	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// Better returns the index of the submission that counts under the rule (try-outs,
// failures and unfinished ones never do), -1 for none. Of equals the earlier one wins
// under best. The order of subs does not matter.
func Better(rule assignment.Counts, subs []schema.Submission) int {
	best := -1
	for i, s := range subs {
		if counts(s) && (best < 0 || better(rule, s, subs[best])) {
			best = i
		}
	}
	return best
}

// counts reports whether a submission is the student's doing and has ended.
func counts(s schema.Submission) bool {
	return !s.TryOut && s.Job.State == schema.StateDone && s.Result != nil && s.Result.Blame == schema.BlameStudent
}

func better(rule assignment.Counts, s, than schema.Submission) bool {
	if rule == assignment.CountsLast {
		return s.Name.Number > than.Name.Number
	}
	c := s.Result.Score.Cmp(than.Result.Score)
	return c > 0 || c == 0 && s.Name.Number < than.Name.Number
}
