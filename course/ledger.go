package course

import (
	"cmp"
	"slices"
	"time"

	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// Work is all that one owner, a person or a team, did for one assignment.
type Work struct {
	Assignment  string
	Owner       string
	Members     []string // logins whose late days are spent: the owner's own, or a team's
	Schedule    Schedule
	Counts      assignment.Counts
	Candidates  []Candidate // graded submissions that are no try-outs, in any order
	Adjustments schema.Points
	MaxScore    schema.Points
}

// Candidate is a graded submission that may count.
type Candidate struct {
	Number   int
	Received time.Time
	Score    schema.Points
	Seen     *schema.Points // the points that the owner can see, by which the best is chosen; nil: Score
	MaxScore schema.Points
	Marked   bool
}

// Standing is the grade of an owner for an assignment.
type Standing struct {
	Assignment string
	Owner      string
	Number     int // of the submission that counts; 0: none
	Score      schema.Points
	Lateness   Lateness
	Adjusted   schema.Points
	Final      schema.Points // Lateness.Final plus Adjusted, at least 0
	MaxScore   schema.Points
}

// Ledger computes the grades of a course from its history. bank holds the late days of
// each login; the second result is what is left of them. The works are walked by
// effective due, then by name; each takes late days from what the earlier ones left,
// and a team has as many as every member still has. The order of works and candidates
// does not matter.
func Ledger(works []Work, bank map[string]int) ([]Standing, map[string]int) {
	left := make(map[string]int, len(bank))
	for login, tokens := range bank {
		left[login] = tokens
	}
	order := slices.Clone(works)
	slices.SortFunc(order, earlierWork)
	standings := make([]Standing, 0, len(order))
	for _, w := range order {
		standing := w.standing(shared(left, w.Members))
		for _, login := range w.Members {
			left[login] -= standing.Lateness.Tokens
		}
		standings = append(standings, standing)
	}
	return standings, left
}

// earlierWork orders works by effective due, those that are never due last.
func earlierWork(a, b Work) int {
	if never := a.Schedule.due.IsZero(); never != b.Schedule.due.IsZero() {
		if never {
			return 1
		}
		return -1
	}
	return cmp.Or(a.Schedule.due.Compare(b.Schedule.due), cmp.Compare(a.Assignment, b.Assignment), cmp.Compare(a.Owner, b.Owner))
}

// shared returns the late days that every one of them has left.
func shared(left map[string]int, members []string) int {
	if len(members) == 0 {
		return 0
	}
	fewest := left[members[0]]
	for _, login := range members[1:] {
		fewest = min(fewest, left[login])
	}
	return fewest
}

// Stand is the grade of one work for an owner who has that many late days left.
func Stand(w Work, tokens int) Standing { return w.standing(max(tokens, 0)) }

// standing chooses the submission that counts, with that many late days to spend.
func (w Work) standing(tokens int) Standing {
	s := Standing{Assignment: w.Assignment, Owner: w.Owner, Adjusted: w.Adjustments, MaxScore: w.MaxScore}
	if c, ok := w.counted(tokens); ok {
		s.Number, s.Score, s.MaxScore = c.Number, c.Score, c.MaxScore
		s.Lateness = w.Schedule.Judge(c.Received, c.Score, c.MaxScore, tokens)
	}
	s.Final = s.Lateness.Final.Add(s.Adjusted)
	if s.Final.Sign() < 0 {
		s.Final = schema.Points{}
	}
	return s
}

// counted returns the candidate that counts, false where there is none.
func (w Work) counted(tokens int) (Candidate, bool) {
	var best Candidate
	var bestLateness Lateness
	found := false
	for _, c := range w.Candidates {
		if w.Schedule.Ended(c.Received) {
			continue
		}
		var lateness Lateness
		if w.Counts == assignment.CountsBest {
			lateness = w.Schedule.Judge(c.Received, c.seen(), c.MaxScore, tokens)
		}
		if !found || w.prefers(c, lateness, best, bestLateness) {
			best, bestLateness, found = c, lateness, true
		}
	}
	return best, found
}

// prefers reports whether c counts rather than other.
func (w Work) prefers(c Candidate, lateness Lateness, other Candidate, otherLateness Lateness) bool {
	later := cmp.Or(c.Received.Compare(other.Received), cmp.Compare(c.Number, other.Number))
	switch {
	case w.Counts == assignment.CountsBest:
		return cmp.Or(
			lateness.Final.Cmp(otherLateness.Final),
			cmp.Compare(otherLateness.Tokens, lateness.Tokens),
			-later) > 0
	case w.Counts == assignment.CountsMarked && c.Marked != other.Marked:
		return c.Marked
	}
	return later > 0
}

func (c Candidate) seen() schema.Points {
	if c.Seen != nil {
		return *c.Seen
	}
	return c.Score
}
