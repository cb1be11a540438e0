package course

import (
	"fmt"
	"strings"
	"time"

	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// MaxKept is the maximum number of pushes after the end that are kept for an owner and assignment.
const MaxKept = 20

// Terms holds the rules and counts that decide whether one owner's push to an assignment is
// accepted.
type Terms struct {
	Name     string // COURSE/ASSIGNMENT
	Schedule Schedule
	Tokens   int // late days that the owner has left for this assignment
	Limit    assignment.SubmissionLimit
	Used     int // submissions that count towards the limit in its current period
	Kept     int // kept pushes after the end
	Grade    schema.Grade
}

// Admit decides whether a push received at that moment is accepted. consent means that the pusher
// confirmed a late push. A push after the end is accepted and kept, unless the assignment refuses
// it. The error is CodeRefused and contains the rule, the finding and the remedy.
func (t Terms) Admit(received time.Time, consent bool) error {
	late := t.Schedule.late
	switch {
	case t.Schedule.Ended(received):
		return t.admitAfterEnd(received)
	case t.Limit.Count > 0 && t.Used >= t.Limit.Count:
		return refuse(FindingLimit, "%s. %s", t.limitWords(), t.more(received))
	case late.Consent && !consent && !t.Schedule.onTime(received, 0) && !t.Schedule.due.IsZero():
		return refuse(FindingConsent, "a push now is %s%s. To hand in late, say so with -o late", t.Schedule.Cost(received, t.Tokens), t.instead())
	}
	return nil
}

// Counts reports whether the number of earlier pushes matters for a push received at that
// moment.
func (t Terms) Counts(received time.Time) bool {
	return t.Limit.Count > 0 || t.Schedule.Ended(received)
}

// Use describes how much of the limit is used: "3 of 20 today", "" for no limit.
func (t Terms) Use() string {
	if t.Limit.Count == 0 {
		return ""
	}
	return fmt.Sprintf("%d of %d %s", t.Used, t.Limit.Count, perPeriod(t.Limit.Per))
}

func (t Terms) admitAfterEnd(received time.Time) error {
	words := t.Schedule.Words(received, t.Tokens)
	switch {
	case t.Schedule.late.AfterEnd == assignment.AfterEndRefuse:
		return refuse(FindingClosed, "%s is closed: %s. Ask the course staff if you need more time", t.Name, words)
	case t.Kept >= MaxKept:
		return refuse(FindingClosed, "%s is closed: %s. %d later pushes are kept already, and no more are. Ask the course staff if you need more time", t.Name, words, MaxKept)
	}
	return nil
}

// instead describes what counts for the owner without the late push.
func (t Terms) instead() string {
	if t.Grade.Number == 0 {
		return "; nothing of yours counts so far"
	}
	seen := RedactGrade(t.Grade, Access{})
	return fmt.Sprintf("; submission %d counts so far, with %s of %s points", seen.Number, seen.Final, seen.MaxScore)
}

// limitWords says how much of the limit is used.
func (t Terms) limitWords() string {
	return fmt.Sprintf("%d of %d submissions %s are used", t.Used, t.Limit.Count, perPeriod(t.Limit.Per))
}

func perPeriod(p assignment.LimitPeriod) string {
	switch p {
	case assignment.LimitPerDay:
		return "today"
	case assignment.LimitPerHour:
		return "this hour"
	}
	return "to this assignment"
}

// more says when the owner may submit again.
func (t Terms) more(now time.Time) string {
	_, end := LimitPeriod(t.Limit.Per, t.Schedule.zone, now)
	if end.IsZero() {
		return "Ask the course staff if you need more"
	}
	local := end.In(t.Schedule.zone)
	return fmt.Sprintf("The next ones come at %s", moment(local, now.In(t.Schedule.zone)))
}

// LimitPeriod returns the current period of a limit. A zero time means that the period is unbounded
// at that end.
func LimitPeriod(per assignment.LimitPeriod, zone *time.Location, now time.Time) (start, end time.Time) {
	wall := wallClock(now, zone)
	switch per {
	case assignment.LimitPerDay:
		midnight := wall.Truncate(24 * time.Hour)
		return atLocal(midnight, zone), atLocal(midnight.AddDate(0, 0, 1), zone)
	case assignment.LimitPerHour:
		into := wall.Sub(wall.Truncate(time.Hour))
		return now.Add(-into), now.Add(time.Hour - into)
	}
	return time.Time{}, time.Time{}
}

// Status summarises the terms in a line: when the work is due, what a push would cost now, and what
// is left.
func (t Terms) Status(now time.Time) string {
	words := []string{strings.TrimSuffix(t.Schedule.Words(now, t.Tokens), ": on time")}
	if left := t.Left(now); left != "" {
		words = append(words, left)
	}
	return strings.Join(words, "; ")
}

// Left describes how many late days and pushes are left: "2 late days left; 17 of 20 pushes left
// today". It returns "" after the end, and if neither is limited.
func (t Terms) Left(now time.Time) string {
	var words []string
	if t.Schedule.late.Tokens > 0 && !t.Schedule.Ended(now) {
		words = append(words, schema.Count(t.Tokens, "late day")+" left")
	}
	if left := t.Limit.Count - t.Used; t.Limit.Count > 0 && !t.Schedule.Ended(now) {
		words = append(words, fmt.Sprintf("%d of %d pushes left %s", max(left, 0), t.Limit.Count, perPeriod(t.Limit.Per)))
	}
	return strings.Join(words, "; ")
}
