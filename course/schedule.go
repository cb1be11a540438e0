package course

import (
	"time"

	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// Schedule says when an assignment is due and when it ends for one owner: the times of its
// specification with the owner's extensions and the course's outages applied. The zero Schedule
// is never due.
type Schedule struct {
	zone *time.Location
	due  time.Time // the first instant of the due minute; zero: never due
	end  time.Time // the first instant after the end
	late assignment.Late
}

// ScheduleOf returns the schedule with the owner's extensions and the lengths of the outages that
// overlapped the assignment applied. Of several extensions the one with the latest due time counts.
// An extension that is not later than the assignment's own due time changes nothing.
func ScheduleOf(spec *assignment.Spec, zone *time.Location, extensions []schema.Extension, outages []time.Duration) Schedule {
	s := Schedule{zone: zone}
	if spec.Late != nil {
		s.late = *spec.Late
	}
	if spec.Due.IsZero() {
		return s
	}
	base := window{due: spec.Due.Add(-time.Minute)}
	if !s.late.Until.IsZero() {
		base.until = s.late.Until.Add(-time.Minute)
	}
	best := base
	for _, e := range extensions {
		if extended := base.extend(e, zone); extended.due.After(best.due) {
			best = extended
		}
	}
	for _, length := range outages {
		best = best.shift(length)
	}
	s.due, s.end = best.due, best.end(s.late.Grace)
	return s
}

// window holds the first instants of the minutes that due and until name; if until is zero, the
// end is due plus the grace period.
type window struct{ due, until time.Time }

// extend returns the times with an extension applied.
func (t window) extend(e schema.Extension, zone *time.Location) window {
	var extended window
	switch {
	case !e.Due.IsZero():
		later := wallClock(e.Due, zone).Sub(wallClock(t.due, zone))
		extended = t.move(func(at time.Time) time.Time { return addLocal(at, later, zone) })
		extended.due = e.Due
	case e.Days > 0:
		extended = t.move(func(at time.Time) time.Time { return addDays(at, e.Days, zone) })
	default:
		extended = t.shift(e.By)
	}
	if !e.Until.IsZero() {
		extended.until = e.Until
	}
	return extended
}

// shift moves both times by elapsed time.
func (t window) shift(by time.Duration) window {
	return t.move(func(at time.Time) time.Time { return at.Add(by) })
}

func (t window) move(move func(time.Time) time.Time) window {
	moved := window{due: move(t.due)}
	if !t.until.IsZero() {
		moved.until = move(t.until)
	}
	return moved
}

// end returns the first instant after the end, which is never before the end of the due minute.
func (t window) end(grace time.Duration) time.Time {
	end := t.due.Add(time.Minute + grace)
	if t.until.IsZero() {
		return end
	}
	if until := t.until.Add(time.Minute); until.After(t.due.Add(time.Minute)) {
		return until
	}
	return t.due.Add(time.Minute)
}

// Due returns the first instant of the due minute; zero: never due.
func (s Schedule) Due() time.Time { return s.due }

// End returns the first instant after the end; zero: never.
func (s Schedule) End() time.Time { return s.end }

// Ended reports whether a push received at that moment is after the end.
func (s Schedule) Ended(received time.Time) bool { return !s.end.IsZero() && !received.Before(s.end) }

// Touches reports whether an outage of that length overlapped the due minute or the late period.
func (s Schedule) Touches(start time.Time, length time.Duration) bool {
	return !s.due.IsZero() && start.Before(s.end) && start.Add(length).After(s.due)
}

// onTime reports whether a push received at that moment is on time when t late days are spent.
// The grace period applies only to due itself.
func (s Schedule) onTime(received time.Time, t int) bool {
	limit := s.late.Grace
	if t > 0 {
		limit = 0
	}
	return received.Before(addDays(s.due, t, s.zone).Add(time.Minute + limit))
}

// days returns the smallest n ≥ 1 for which received is within n calendar days after
// due moved by t late days.
func (s Schedule) days(received time.Time, t int) int {
	n := max(1, int(received.Sub(s.due)/(24*time.Hour))-t-1) // a day has up to 25 hours
	for !received.Before(addDays(s.due, t+n, s.zone).Add(time.Minute)) {
		n++
	}
	return n
}

// hours returns the started hours of elapsed time after due moved by t late days.
func (s Schedule) hours(received time.Time, t int) int {
	return int(received.Sub(addDays(s.due, t, s.zone).Add(time.Minute))/time.Hour) + 1
}
