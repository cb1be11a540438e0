package course

import "time"

// addDays returns the moment n calendar days after at in the zone: the same local time
// of a later day. A local time that the clocks skip stands for the moment of the
// change, one that occurs twice for its second occurrence. For n = 0 it is at itself.
func addDays(at time.Time, n int, zone *time.Location) time.Time {
	if n == 0 {
		return at
	}
	return atLocal(wallClock(at, zone).AddDate(0, 0, n), zone)
}

// addLocal returns the moment whose local time is later than at's by d.
func addLocal(at time.Time, d time.Duration, zone *time.Location) time.Time {
	if d == 0 {
		return at
	}
	return atLocal(wallClock(at, zone).Add(d), zone)
}

// wallClock returns what the clocks of the zone show at that moment, as a UTC time.
func wallClock(at time.Time, zone *time.Location) time.Time {
	local := at.In(zone)
	_, offset := local.Zone()
	return local.UTC().Add(time.Duration(offset) * time.Second)
}

// atLocal returns the moment at which the clocks of the zone show wall, which is given
// as a UTC time: the last such moment, or the change that skips it.
func atLocal(wall time.Time, zone *time.Location) time.Time {
	const widest = 26 * time.Hour // of any offset from UTC
	var found, skipped time.Time
	for at := wall.Add(-widest); !at.After(wall.Add(widest)); {
		local := at.In(zone)
		_, offset := local.Zone()
		begin, end := local.ZoneBounds()
		candidate := wall.Add(-time.Duration(offset) * time.Second)
		switch {
		case (begin.IsZero() || !candidate.Before(begin)) && (end.IsZero() || candidate.Before(end)):
			found = candidate
		case !end.IsZero() && !candidate.Before(end) && skipped.IsZero():
			skipped = end
		}
		if end.IsZero() {
			break
		}
		at = end
	}
	if found.IsZero() {
		return skipped.UTC()
	}
	return found
}
