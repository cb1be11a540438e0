package course

import (
	"cmp"
	"slices"
	"time"

	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// Work holds the submissions and rules of one owner, a person or a team, for one assignment.
type Work struct {
	Assignment  string
	Owner       string
	Members     []string // logins whose late days are spent: the owner's own, or a team's
	Schedule    Schedule
	Sees        *Schedule // decides when the owner sees tests with visible: after_due; nil: Schedule
	Counts      assignment.Counts
	Candidates  []Candidate // graded submissions that are not try-outs, in any order
	Adjustments schema.Points
	MaxScore    schema.Points
}

// Candidate is a graded submission that may count.
type Candidate struct {
	Number   int
	Received time.Time
	Score    schema.Points
	MaxScore schema.Points
	Seen     *Seen // the part that its owner sees, which decides the best submission; nil: everything
	Marked   bool
	Team     *FormerTeam // team that made the submission, if the owner has left it; nil: the owner's own
}

// FormerTeam holds the values used to judge a team's submission for a former member: those of the
// time when they left.
type FormerTeam struct {
	Name        string
	Schedule    Schedule
	Tokens      int           // maximum number of late days to spend; -1: all that are left
	Adjustments schema.Points // by staff; added to the grade if the submission counts
}

// AfterTeam returns the candidates of somebody who has left a team: the team's submissions until
// then, and their own since. If the team had none, all of their own count.
func AfterTeam(alone, team []Candidate, left time.Time) []Candidate {
	if len(team) == 0 {
		return alone
	}
	all := slices.Clone(team)
	for _, c := range alone {
		if !c.Received.Before(left) {
			all = append(all, c)
		}
	}
	return all
}

// Standing is the grade of an owner for an assignment.
type Standing struct {
	Assignment string
	Owner      string
	Number     int    // of the submission that counts; 0: none
	Of         string // owner of that submission if it is a team that the owner has left; otherwise ""
	Score      schema.Points
	Lateness   Lateness
	Adjusted   schema.Points
	Final      schema.Points // Lateness.Final plus Adjusted, at least 0
	MaxScore   schema.Points
	Seen       *schema.SeenGrade // the part that its owner sees; nil: everything
	Anew       time.Time         // when the owner will see more and the choice must be repeated; zero: never
}

// Ledger computes the grades of a course from its history. bank holds the late days of each login;
// the second result holds the remaining ones. It processes the works by effective due time, then by
// name. Each work spends late days that earlier ones left; a team may spend only late days that
// every member still has. The order of works and candidates does not matter.
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

// earlierWork orders works by effective due; works without one come last.
func earlierWork(a, b Work) int {
	if never := a.Schedule.due.IsZero(); never != b.Schedule.due.IsZero() {
		if never {
			return 1
		}
		return -1
	}
	return cmp.Or(a.Schedule.due.Compare(b.Schedule.due), cmp.Compare(a.Assignment, b.Assignment), cmp.Compare(a.Owner, b.Owner))
}

// shared returns the number of late days that every member has left.
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

// Stand returns the grade of one work for an owner with that many late days left.
func Stand(w Work, tokens int) Standing { return w.standing(max(tokens, 0)) }

// standing chooses the counting submission when that many late days may be spent.
func (w Work) standing(tokens int) Standing {
	s := Standing{Assignment: w.Assignment, Owner: w.Owner, Adjusted: w.Adjustments, MaxScore: w.MaxScore}
	if c, ok := w.counted(tokens); ok {
		schedule := w.scheduleOf(c)
		spent := schedule.spend(c.Received, c.hoped(), c.MaxScore, c.spendable(tokens))
		s.Number, s.Score, s.MaxScore = c.Number, c.Score, c.MaxScore
		if c.Team != nil {
			s.Of, s.Adjusted = c.Team.Name, s.Adjusted.Add(c.Team.Adjustments)
		}
		s.Lateness = schedule.judge(c.Received, c.Score, c.MaxScore, spent)
		if c.Seen != nil {
			late := schedule.judge(c.Received, c.Seen.Score, c.Seen.MaxScore, spent)
			s.Seen = &schema.SeenGrade{Score: c.Seen.Score, MaxScore: c.Seen.MaxScore, Deducted: late.Deducted, Final: adjusted(late.Final, s.Adjusted)}
		}
	}
	s.Final = adjusted(s.Lateness.Final, s.Adjusted)
	if slices.ContainsFunc(w.Candidates, Candidate.waitsForEnd) {
		s.Anew = w.sees().End()
	}
	return s
}

// adjusted adds staff adjustments to a grade, which never becomes negative.
func adjusted(final, by schema.Points) schema.Points {
	if final = final.Add(by); final.Sign() < 0 {
		return schema.Points{}
	}
	return final
}

// counted returns the candidate that counts; false if there is none.
func (w Work) counted(tokens int) (Candidate, bool) {
	var best Candidate
	var bestLateness Lateness
	found := false
	for _, c := range w.Candidates {
		schedule := w.scheduleOf(c)
		if schedule.Ended(c.Received) {
			continue
		}
		var lateness Lateness
		if w.Counts == assignment.CountsBest {
			seen := c.seen()
			lateness = schedule.judge(c.Received, seen.Score, seen.MaxScore, schedule.spend(c.Received, c.hoped(), c.MaxScore, c.spendable(tokens)))
		}
		if !found || w.prefers(c, lateness, best, bestLateness) {
			best, bestLateness, found = c, lateness, true
		}
	}
	return best, found
}

// prefers reports whether c counts instead of other.
func (w Work) prefers(c Candidate, lateness Lateness, other Candidate, otherLateness Lateness) bool {
	later := cmp.Or(c.Received.Compare(other.Received), cmp.Compare(c.Number, other.Number), cmp.Compare(c.of(), other.of()))
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

func (w Work) sees() Schedule {
	if w.Sees != nil {
		return *w.Sees
	}
	return w.Schedule
}

// scheduleOf returns the schedule used to judge a candidate.
func (w Work) scheduleOf(c Candidate) Schedule {
	if c.Team != nil {
		return c.Team.Schedule
	}
	return w.Schedule
}

// spendable returns how many of the remaining late days may be spent on the candidate.
func (c Candidate) spendable(tokens int) int {
	if c.Team != nil && c.Team.Tokens >= 0 {
		return min(tokens, c.Team.Tokens)
	}
	return tokens
}

// of returns the team that made the submission, "" for the owner's own.
func (c Candidate) of() string {
	if c.Team == nil {
		return ""
	}
	return c.Team.Name
}

// seen returns the part of the points that the owner sees.
func (c Candidate) seen() schema.Subtotal {
	if c.Seen != nil {
		return c.Seen.Subtotal
	}
	return schema.Subtotal{Score: c.Score, MaxScore: c.MaxScore}
}

// hoped returns the score if all hidden points were earned. Late days are spent according to this
// score, because the number of remaining late days must not reveal hidden results.
func (c Candidate) hoped() schema.Points {
	if c.Seen == nil {
		return c.Score
	}
	return c.Seen.Score.Add(c.Seen.Hidden.MaxScore)
}

// waitsForEnd reports whether the owner will see more of the result once they can no longer submit.
func (c Candidate) waitsForEnd() bool {
	return c.Seen != nil && slices.Contains(c.Seen.Until, schema.VisibleAfterDue)
}
