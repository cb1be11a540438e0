package course

import (
	"fmt"
	"time"

	"github.com/grader/grader/schema/assignment"
)

// Released reports whether students may see the assignment at that time.
func Released(spec *assignment.Spec, now time.Time) bool { return !now.Before(spec.Release) }

// Words describes a moment relative to the schedule, for people: "no due date", "due 23:59: on
// time", "due 23:59: 1 day late, 10 % off" or "due 23:59: closed 5 min ago". tokens is the number
// of late days that the owner has left.
func (s Schedule) Words(at time.Time, tokens int) string {
	if s.due.IsZero() {
		return "no due date"
	}
	local := at.In(s.zone)
	due := "due " + moment(s.due.In(s.zone), local)
	switch {
	case s.Ended(at):
		return due + ": closed " + ago(at.Sub(s.end))
	case s.onTime(at, 0) && !at.Before(s.due.Add(time.Minute)):
		return due + ": on time, within the grace period"
	}
	return due + ": " + s.Cost(at, tokens).String()
}

// Timing describes a moment relative to an assignment's times.
type Timing struct {
	Released bool
	Closed   bool   // the moment is after the end
	Words    string // "due 23:59: on time", "no due date", for people
}

// TimingOf returns the timing of a moment for the owner of the schedule, who has that many late
// days left.
func TimingOf(spec *assignment.Spec, s Schedule, received time.Time, tokens int) Timing {
	t := Timing{Released: Released(spec, received), Closed: s.Ended(received)}
	if !t.Released {
		t.Words = "opens " + moment(spec.Release.In(s.zone), received.In(s.zone))
		return t
	}
	t.Words = s.Words(received, tokens)
	return t
}

// moment formats a local time, without the date if it is today.
func moment(at, today time.Time) string {
	if at.Format(time.DateOnly) == today.Format(time.DateOnly) {
		return at.Format("15:04")
	}
	return at.Format("2006-01-02 15:04")
}

// ago formats the time since an event, rounded down to its largest unit.
func ago(d time.Duration) string {
	switch {
	case d < time.Second:
		return "just now"
	case d < time.Minute:
		return fmt.Sprintf("%d s ago", d/time.Second)
	case d < time.Hour:
		return fmt.Sprintf("%d min ago", d/time.Minute)
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h ago", d/time.Hour)
	}
	return fmt.Sprintf("%d days ago", d/(24*time.Hour))
}
