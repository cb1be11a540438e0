package schema

import "time"

// Grade is an owner's grade for an assignment: the counting submission and its points. The
// store keeps one row per grade and writes it in the transaction that changes it.
type Grade struct {
	AssignmentID int64
	Assignment   string // its name
	Owner        string
	Members      []string // members of a team, set only in lists; nil: a person
	Of           string   // owner of the counting submission if it is a team that the owner has left; otherwise ""
	Number       int      // of the submission that counts; 0: none
	Score        Points
	MaxScore     Points
	State        Timeliness // "" while no submission counts
	Days         int        // calendar days late
	Tokens       int        // late days spent
	Deducted     Points
	Adjusted     Points     // by staff, may be negative
	Final        Points     // Score - Deducted + Adjusted, at least 0
	Seen         *SeenGrade // nil: the owner sees every test that counts
	ChangedAt    time.Time
}

// SeenGrade is the grade computed from the tests that its owner can see while others are hidden.
type SeenGrade struct {
	Score    Points `json:"score"`
	MaxScore Points `json:"max_score"`
	Deducted Points `json:"deducted"`
	Final    Points `json:"final"`
}

// Counting returns the owner of the submission that counts: the grade's owner, or a team that the
// owner has left.
func (g Grade) Counting() string {
	if g.Of != "" {
		return g.Of
	}
	return g.Owner
}

// Tally holds the points of a result by the visibility of its tests. It excludes tests with
// visible: never.
type Tally struct {
	Score        Points   `json:"score"`
	MaxScore     Points   `json:"max_score"`
	Always       Subtotal `json:"always,omitzero"` // zero unless tests of other visibilities count too
	AfterDue     Subtotal `json:"after_due,omitzero"`
	AfterPublish Subtotal `json:"after_publish,omitzero"`
}

// Subtotal holds the points of some of a result's tests. Findings can make Score negative.
type Subtotal struct {
	Score    Points `json:"score"`
	MaxScore Points `json:"max_score"`
	Tests    int    `json:"tests,omitempty"` // only pinned ones
}

// IsZero reports whether the subtotal is empty.
func (s Subtotal) IsZero() bool { return s.Score.IsZero() && s.MaxScore.IsZero() && s.Tests == 0 }

// Plus adds two subtotals.
func (s Subtotal) Plus(o Subtotal) Subtotal {
	return Subtotal{s.Score.Add(o.Score), s.MaxScore.Add(o.MaxScore), s.Tests + o.Tests}
}

// add adds a test to the subtotal. It skips cases that are not pinned because the submission
// decides how many there are.
func (s *Subtotal) add(t TestResult) {
	if !t.Unpinned {
		*s = s.Plus(Subtotal{t.Score, t.MaxScore, 1})
	}
}

// Tally returns the result's points by visibility.
func (r Result) Tally() Tally {
	tally := Tally{Score: r.Score, MaxScore: r.MaxScore}
	for _, t := range r.Tests {
		switch t.Visible {
		case VisibleAlways:
			tally.Always.add(t)
		case VisibleAfterDue:
			tally.AfterDue.add(t)
		case VisibleAfterPublish:
			tally.AfterPublish.add(t)
		}
	}
	if tally.AfterDue.IsZero() && tally.AfterPublish.IsZero() {
		tally.Always = Subtotal{}
	}
	return tally
}
