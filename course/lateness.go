package course

import (
	"time"

	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// Lateness is the effect of a submission's receive time on its score.
type Lateness struct {
	State    schema.Timeliness
	Days     int           // calendar days late; 0 unless State is late
	Tokens   int           // late days spent
	Deducted schema.Points // at most the score
	Final    schema.Points // score less Deducted; 0 after the end
}

// Judge returns the lateness of a submission received at that moment with score points out of max,
// if the owner has tokens late days left. It spends the fewest late days that give the lowest
// deduction. It is the only function that computes lateness: pushes, pages, the ledger, exports and
// the API show its result.
func (s Schedule) Judge(received time.Time, score, max schema.Points, tokens int) Lateness {
	return s.judge(received, score, max, s.spend(received, score, max, tokens))
}

// spend returns the smallest number of late days that gives the lowest deduction.
func (s Schedule) spend(received time.Time, score, max schema.Points, tokens int) int {
	if s.due.IsZero() || s.Ended(received) || s.onTime(received, 0) || score.Sign() <= 0 {
		return 0
	}
	spent, lowest := 0, s.deduction(received, score, max, 0)
	for t := 1; t <= min(tokens, s.late.Tokens, s.days(received, 0)) && lowest.Sign() > 0; t++ {
		if d := s.deduction(received, score, max, t); d.Cmp(lowest) < 0 {
			spent, lowest = t, d
		}
	}
	return spent
}

// judge is like Judge but spends the given number of late days.
func (s Schedule) judge(received time.Time, score, max schema.Points, spent int) Lateness {
	if score.Sign() < 0 {
		score = schema.Points{}
	}
	switch {
	case s.Ended(received):
		return Lateness{State: schema.TimelinessAfterEnd}
	case s.due.IsZero() || s.onTime(received, 0):
		return Lateness{State: schema.TimelinessOnTime, Final: score}
	}
	late := Lateness{State: schema.TimelinessLate, Days: s.days(received, 0), Tokens: spent, Deducted: s.deduction(received, score, max, spent)}
	late.Final = score.Sub(late.Deducted)
	return late
}

// deduction returns the points deducted for lateness when t late days are spent.
func (s Schedule) deduction(received time.Time, score, max schema.Points, t int) schema.Points {
	p := s.late.Penalty
	if p == nil || t > 0 && s.onTime(received, t) {
		return schema.Points{}
	}
	units := schema.NewPoints(int64(s.units(received, t)), 1)
	var total schema.Points
	if p.Percent.Sign() > 0 {
		base := score
		if p.Of == assignment.OfMax {
			base = max
		}
		total = base.Mul(capped(p.Percent.Mul(units), p.Max)).Over(100)
	} else {
		total = capped(p.Points.Mul(units), p.Max)
	}
	return total.Clamp(schema.Points{}, score)
}

// units returns the number of penalty units of a late submission.
func (s Schedule) units(received time.Time, t int) int {
	switch s.late.Penalty.Per {
	case assignment.PerHour:
		return s.hours(received, t)
	case assignment.PerOnce:
		return 1
	}
	return s.days(received, t)
}

func capped(p schema.Points, most *schema.Points) schema.Points {
	if most != nil && p.Cmp(*most) > 0 {
		return *most
	}
	return p
}
