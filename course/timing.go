package course

import (
	"fmt"
	"time"

	"github.com/grader/grader/schema/assignment"
)

// Released reports whether students may see the assignment at that time.
func Released(spec *assignment.Spec, now time.Time) bool { return !now.Before(spec.Release) }

// Timing is where a moment stands against an assignment's times.
type Timing struct {
	Released bool
	Closed   bool   // a push is refused: the due minute is over
	Words    string // "due 23:59: on time", "no due date", for people
}

// TimingOf decides; zone is the course's. Release and due of the spec are instants already.
func TimingOf(spec *assignment.Spec, received time.Time, zone *time.Location) Timing {
	t := Timing{
		Released: Released(spec, received),
		Closed:   !spec.Due.IsZero() && !received.Before(spec.Due),
	}
	t.Words = words(spec, t, received.In(zone))
	return t
}

func words(spec *assignment.Spec, t Timing, received time.Time) string {
	switch {
	case !t.Released:
		return "opens " + moment(spec.Release.In(received.Location()), received)
	case spec.Due.IsZero():
		return "no due date"
	}
	// Due is the end of the minute that the assignment names.
	due := "due " + moment(spec.Due.Add(-time.Minute).In(received.Location()), received)
	if t.Closed {
		return due + ": closed " + ago(received.Sub(spec.Due))
	}
	return due + ": on time"
}

// moment shows a local time, without its date when that is also today's.
func moment(at, today time.Time) string {
	if at.Format(time.DateOnly) == today.Format(time.DateOnly) {
		return at.Format("15:04")
	}
	return at.Format("2006-01-02 15:04")
}

// ago says how long something is past, rounded down to its largest unit.
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
