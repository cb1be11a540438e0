package course

import (
	"time"

	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// Cost is the cost of lateness, independent of the score.
type Cost struct {
	Late    bool
	Days    int
	Tokens  int           // late days that would be spent
	Percent schema.Points // deducted percentage, of the score or of the maximum
	OfMax   bool
	Points  schema.Points // deducted points, if the penalty is in points
}

// Cost returns the cost of lateness of a submission received at that moment if the owner has tokens
// late days left.
func (s Schedule) Cost(received time.Time, tokens int) Cost {
	full := schema.NewPoints(100, 1)
	if p := s.late.Penalty; p != nil && p.Percent.IsZero() {
		full = schema.NewPoints(1_000_000_000, 1) // no deduction in points is larger
	}
	late := s.Judge(received, full, full, tokens)
	c := Cost{Late: late.State == schema.TimelinessLate, Days: late.Days, Tokens: late.Tokens}
	switch p := s.late.Penalty; {
	case p == nil:
	case p.Percent.Sign() > 0:
		c.Percent, c.OfMax = late.Deducted, p.Of == assignment.OfMax
	default:
		c.Points = late.Deducted
	}
	return c
}

// String formats the cost: "2 days late, 1 late day, 10 % off".
func (c Cost) String() string {
	if !c.Late {
		return "on time"
	}
	words := schema.Count(c.Days, "day") + " late"
	if c.Tokens > 0 {
		words += ", " + schema.Count(c.Tokens, "late day") + " spent"
	}
	switch {
	case c.Percent.Sign() > 0 && c.OfMax:
		words += ", " + c.Percent.String() + " % of the maximum off"
	case c.Percent.Sign() > 0:
		words += ", " + c.Percent.String() + " % off"
	case c.Points.Sign() > 0 && c.Points.String() == "1":
		words += ", 1 point off"
	case c.Points.Sign() > 0:
		words += ", " + c.Points.String() + " points off"
	}
	return words
}
