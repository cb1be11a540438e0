package schema

import "time"

// Grade is what an owner has for an assignment: the submission that counts and what it
// is worth. The store keeps one row for each and writes it in the transaction that
// changes it.
type Grade struct {
	AssignmentID int64
	Assignment   string // its name
	Owner        string
	Number       int // of the submission that counts; 0: none
	Score        Points
	MaxScore     Points
	State        Timeliness // "" while no submission counts
	Days         int        // calendar days late
	Tokens       int        // late days spent
	Deducted     Points
	Adjusted     Points // by staff, may be negative
	Final        Points // Score - Deducted + Adjusted, at least 0
	ChangedAt    time.Time
}

// Tally is the points of a result by the visibility of its tests. Tests of visibility
// never are in no total.
type Tally struct {
	Score        Points   `json:"score"`
	MaxScore     Points   `json:"max_score"`
	AfterDue     Subtotal `json:"after_due,omitzero"`
	AfterPublish Subtotal `json:"after_publish,omitzero"`
}

// Subtotal is the points of some of a result's tests.
type Subtotal struct {
	Score    Points `json:"score"`
	MaxScore Points `json:"max_score"`
}

// IsZero reports whether there is nothing in the subtotal.
func (s Subtotal) IsZero() bool { return s.Score.IsZero() && s.MaxScore.IsZero() }

func (s *Subtotal) add(t TestResult) {
	s.Score, s.MaxScore = s.Score.Add(t.Score), s.MaxScore.Add(t.MaxScore)
}

// Tally returns the result's points by visibility.
func (r Result) Tally() Tally {
	tally := Tally{Score: r.Score, MaxScore: r.MaxScore}
	for _, t := range r.Tests {
		switch t.Visible {
		case VisibleAfterDue:
			tally.AfterDue.add(t)
		case VisibleAfterPublish:
			tally.AfterPublish.add(t)
		}
	}
	return tally
}
