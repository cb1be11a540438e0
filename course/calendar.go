package course

import (
	"time"

	"github.com/grader/grader/schema"
)

// addDays returns the moment n calendar days after at in the zone: the same local time of a
// later day. A local time that the clocks skip becomes the moment of the change; one that
// occurs twice becomes its second occurrence. For n = 0 it is at itself.
func addDays(at time.Time, n int, zone *time.Location) time.Time {
	if n == 0 {
		return at
	}
	return atLocal(wallClock(at, zone).AddDate(0, 0, n), zone)
}

// addLocal returns the moment whose local time is d after the local time of at.
func addLocal(at time.Time, d time.Duration, zone *time.Location) time.Time {
	if d == 0 {
		return at
	}
	return atLocal(wallClock(at, zone).Add(d), zone)
}

// wallClock returns the local time of the zone at that moment, as a UTC time.
func wallClock(at time.Time, zone *time.Location) time.Time {
	local := at.In(zone)
	_, offset := local.Zone()
	return local.UTC().Add(time.Duration(offset) * time.Second)
}

// atLocal returns the moment at which the local time of the zone is wall, given as a UTC time:
// the last such moment, or the change that skips it.
func atLocal(wall time.Time, zone *time.Location) time.Time {
	found, skipped := momentsAt(wall, zone)
	if len(found) == 0 {
		return skipped
	}
	return found[len(found)-1]
}

// momentsAt returns every moment, in order, at which the local time of the zone is wall, given
// as a UTC time; if there is none, the change that skips it.
func momentsAt(wall time.Time, zone *time.Location) (found []time.Time, skipped time.Time) {
	const widest = 26 * time.Hour // of any offset from UTC
	for at := wall.Add(-widest); !at.After(wall.Add(widest)); {
		local := at.In(zone)
		_, offset := local.Zone()
		begin, end := local.ZoneBounds()
		candidate := wall.Add(-time.Duration(offset) * time.Second)
		switch {
		case (begin.IsZero() || !candidate.Before(begin)) && (end.IsZero() || candidate.Before(end)):
			found = append(found, candidate)
		case !end.IsZero() && !candidate.Before(end) && skipped.IsZero():
			skipped = end.UTC()
		}
		if end.IsZero() {
			break
		}
		at = end
	}
	return found, skipped
}

// ParseMinute reads a local time such as "2026-10-01 18:00" as the first instant of that
// minute. CodeInvalid: it is malformed, or the clocks of the zone skip or repeat it.
func ParseMinute(what, text string, zone *time.Location) (time.Time, error) {
	wall, err := time.Parse("2006-01-02 15:04", text)
	if err != nil {
		return time.Time{}, schema.Errorf(schema.CodeInvalid, "%s %q: write a local time such as \"2026-10-01 18:00\"", what, text)
	}
	found, skipped := momentsAt(wall, zone)
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return time.Time{}, schema.Errorf(schema.CodeInvalid, "%s %s does not exist in %s: the clocks go forward then, to %s; write another minute",
			what, text, zone, skipped.In(zone).Format("15:04"))
	}
	return time.Time{}, schema.Errorf(schema.CodeInvalid, "%s %s comes twice in %s, at %s and again at %s; write another minute",
		what, text, zone, found[0].In(zone).Format("-07:00"), found[1].In(zone).Format("-07:00"))
}
