package grade

import (
	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// scoring computes a test's score from its entries. Unless the score is the sum, it emits the
// entries once all of them are known.
type scoring struct {
	rule    assignment.Scoring
	emit    func(schema.TestResult)
	waiting []schema.TestResult
}

// newScoring returns the scoring of a test.
func newScoring(t *assignment.Test, emit func(schema.TestResult)) *scoring {
	return &scoring{rule: t.Score, emit: emit}
}

// add adds the next entry.
func (s *scoring) add(r schema.TestResult) {
	if s.rule == assignment.ScoreSum || s.rule == "" {
		s.emit(r)
		return
	}
	s.waiting = append(s.waiting, r)
}

// end emits the entries that were held back, with their final scores.
func (s *scoring) end() {
	share, why := s.share()
	for _, r := range s.waiting {
		final := r.MaxScore.Mul(share)
		if s.rule == assignment.ScoreAccepted {
			final = r.Score.Mul(share)
		}
		if !r.Score.Equal(final) && (r.Score.Cmp(final) > 0 || s.rule == assignment.ScoreMax) {
			r.Message = joinNonEmpty("; ", r.Message, why)
		}
		r.Score = final
		s.emit(r)
	}
	s.waiting = nil
}

// share returns the fraction of its maximum (of its score, for accepted) that every entry gets, and
// the reason.
func (s *scoring) share() (share schema.Points, why string) {
	one := schema.NewPoints(1, 1)
	least, weakest, most, best, rejected := one, "", schema.Points{}, "", ""
	for _, r := range s.waiting {
		part := fraction(r)
		if part.Cmp(least) < 0 {
			least, weakest = part, r.Name
		}
		if part.Cmp(most) > 0 {
			most, best = part, r.Name
		}
		if rejected == "" && !accepted(r) {
			rejected = r.Name
		}
	}
	switch {
	case s.rule == assignment.ScoreMax:
		return most, "scored as the best case, " + best
	case s.rule == assignment.ScoreMin:
		return least, "scored as the weakest case, " + weakest
	case s.rule == assignment.ScoreAccepted && rejected != "":
		return schema.Points{}, "no points: " + rejected + " was not accepted"
	case s.rule == assignment.ScoreAll && weakest != "":
		return schema.Points{}, "no points: all or nothing, and " + weakest + " did not pass"
	}
	return one, ""
}

// accepted reports whether an entry got any of its points.
func accepted(r schema.TestResult) bool {
	return r.Outcome == schema.OutcomePassed || r.Outcome == schema.OutcomePartial
}

// fraction returns the fraction of its maximum that an entry got. The outcome decides for an entry
// that is worth nothing.
func fraction(r schema.TestResult) schema.Points {
	if r.MaxScore.IsZero() {
		if r.Outcome == schema.OutcomePassed {
			return schema.NewPoints(1, 1)
		}
		return schema.Points{}
	}
	return r.Score.Quo(r.MaxScore)
}
