package grade

import (
	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// scoring makes a test's score of its entries. A family that is all or nothing, or
// worth what its weakest case is, is emitted when all its cases are known.
type scoring struct {
	rule    assignment.Scoring
	emit    func(schema.TestResult)
	waiting []schema.TestResult
}

// newScoring returns the scoring of a test.
func newScoring(t *assignment.Test, emit func(schema.TestResult)) *scoring {
	return &scoring{rule: t.Score, emit: emit}
}

// add takes the next entry.
func (s *scoring) add(r schema.TestResult) {
	if s.rule == assignment.ScoreAll || s.rule == assignment.ScoreMin {
		s.waiting = append(s.waiting, r)
		return
	}
	s.emit(r)
}

// end emits what has waited, with its final scores.
func (s *scoring) end() {
	share, weakest := s.share()
	for _, r := range s.waiting {
		reduced := r.MaxScore.Mul(share)
		if r.Score.Cmp(reduced) > 0 {
			why := "no points: all or nothing, and " + weakest + " did not pass"
			if s.rule == assignment.ScoreMin {
				why = "scored as the weakest case, " + weakest
			}
			r.Message = joinNonEmpty("; ", r.Message, why)
		}
		r.Score = reduced
		s.emit(r)
	}
	s.waiting = nil
}

// share returns the part of its maximum that every entry gets, and the entry that decided.
func (s *scoring) share() (schema.Points, string) {
	least, weakest := schema.NewPoints(1, 1), ""
	for _, r := range s.waiting {
		if part := fraction(r); part.Cmp(least) < 0 {
			least, weakest = part, r.Name
		}
	}
	if s.rule == assignment.ScoreAll && weakest != "" {
		least = schema.Points{}
	}
	return least, weakest
}

// fraction returns the part of its maximum that an entry got. One that is worth
// nothing counts by its outcome.
func fraction(r schema.TestResult) schema.Points {
	if r.MaxScore.IsZero() {
		if r.Outcome == schema.OutcomePassed {
			return schema.NewPoints(1, 1)
		}
		return schema.Points{}
	}
	return r.Score.Quo(r.MaxScore)
}
