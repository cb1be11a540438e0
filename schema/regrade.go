package schema

import (
	"encoding/json"
	"time"
)

// RegradeState is the state of a regrade set.
type RegradeState string

// The states of a regrade set. The store has one state for running and staged: a set is staged
// when no job is left.
const (
	RegradeRunning   RegradeState = "running"
	RegradeStaged    RegradeState = "staged"
	RegradeApplying  RegradeState = "applying" // applying was interrupted; apply it again
	RegradeApplied   RegradeState = "applied"
	RegradeDiscarded RegradeState = "discarded"
	RegradeUndone    RegradeState = "undone"
)

// RegradeWhich says which of an owner's submissions a set grades again.
type RegradeWhich string

// The choices.
const (
	RegradeCounted RegradeWhich = "counted" // the one that counts
	RegradeLatest  RegradeWhich = "latest"
	RegradeAll     RegradeWhich = "all"
)

// NewRegrade describes a set to create.
type NewRegrade struct {
	Assignment Assignment
	Version    int // number of the tests; 0: the active one
	Which      RegradeWhich
	Owners     map[string]bool // nil: everybody
	Reason     string
}

// Regrade is a set of submissions that are graded again. Nobody sees the results until the set
// is applied.
type Regrade struct {
	ID         int64
	Assignment int64
	Path       string // COURSE/ASSIGNMENT
	Version    int    // number of the tests
	Which      RegradeWhich
	Reason     string
	By         string // login
	MadeAt     time.Time
	State      RegradeState
	EndedAt    time.Time
	Total      int // jobs
	Done       int // jobs that have ended
	Failed     int // ended jobs without a result that the student is responsible for
}

// RegradedOwner describes what a set changes for one owner.
type RegradedOwner struct {
	Owner   string        `json:"owner"`
	Before  RegradedGrade `json:"before"`
	After   RegradedGrade `json:"after"`
	Changes []CaseChange  `json:"tests"`             // of the submissions in the set
	Flaky   bool          `json:"flaky,omitempty"`   // a case differed although the tests are the same
	Failed  bool          `json:"failed,omitempty"`  // a submission has no result that the student is responsible for
	Skipped string        `json:"skipped,omitempty"` // why undo left the owner as it is
}

// RegradedGrade is an owner's grade before or after a regrade.
type RegradedGrade struct {
	Number int         `json:"number"`
	Final  json.Number `json:"final"`
	Tokens int         `json:"tokens"` // late days spent
}

// RegradeNotice tells a student about a grade that a set changed.
type RegradeNotice struct {
	At            time.Time
	Before, After Points
	Hidden        bool        // the owner sees only a part of the grade now
	Seen          *SeenChange // change in the part that the owner saw; nil: unknown, or the owner saw everything
	Version       int
	Reason        string
}

// SeenChange holds the points that the owner of a grade saw before and after a change.
type SeenChange struct{ Before, After Points }

// CaseChange describes a case whose outcome or points changed.
type CaseChange struct {
	Name         string      `json:"name"`
	Before       Outcome     `json:"before"` // "" if only the later result has the case
	After        Outcome     `json:"after"`  // "" if only the earlier result has it
	BeforePoints *CasePoints `json:"before_points,omitempty"`
	AfterPoints  *CasePoints `json:"after_points,omitempty"` // both are set only if the outcome is the same
}

// CasePoints holds a case's points and their maximum.
type CasePoints struct {
	Score    json.Number `json:"score"`
	MaxScore json.Number `json:"max_score"`
}

// String returns the points after a space, " 1.5/2", to append to an outcome. It returns "" for
// nil.
func (p *CasePoints) String() string {
	if p == nil {
		return ""
	}
	return " " + shortNumber(p.Score) + "/" + shortNumber(p.MaxScore)
}

// shortNumber formats a number of points with two decimals at most.
func shortNumber(n json.Number) string {
	p, err := ParsePoints(n.String())
	if err != nil {
		return n.String()
	}
	return p.String()
}

// Changes returns the tests whose outcome or points in r differ from before, in their order.
func (r Result) Changes(before Result) []CaseChange {
	was := make(map[string]TestResult, len(before.Tests))
	for _, t := range before.Tests {
		was[t.Name] = t
	}
	var all []CaseChange
	for _, t := range r.Tests {
		if c := t.change(was[t.Name]); c.Before != c.After || c.BeforePoints != nil {
			all = append(all, c)
		}
		delete(was, t.Name)
	}
	for _, t := range before.Tests {
		if _, gone := was[t.Name]; gone {
			all = append(all, CaseChange{Name: t.Name, Before: t.Outcome})
		}
	}
	return all
}

// change returns how t differs from an earlier result of the same test.
func (t TestResult) change(before TestResult) CaseChange {
	c := CaseChange{Name: t.Name, Before: before.Outcome, After: t.Outcome}
	if t.Outcome == before.Outcome && (t.Score.Cmp(before.Score) != 0 || t.MaxScore.Cmp(before.MaxScore) != 0) {
		c.BeforePoints = &CasePoints{before.Score.Number(), before.MaxScore.Number()}
		c.AfterPoints = &CasePoints{t.Score.Number(), t.MaxScore.Number()}
	}
	return c
}
