package assignment

import (
	"fmt"
	"slices"
	"time"
)

// minuteLayout is the layout of local times in the format.
const minuteLayout = "2006-01-02 15:04"

// minute reads a local time in the course's zone as the first instant of that minute. It rejects a
// time that the clocks skip or repeat.
func (d *decoder) minute(n *node, what string, zone *time.Location) (time.Time, bool) {
	wall, err := time.Parse(minuteLayout, n.text)
	if !n.scalar() || err != nil || wall.Format(minuteLayout) != n.text || wall.Year() < 1970 {
		d.fail(n, "%s must be a local time such as 2026-09-28 23:59, not %s", what, n.describe())
		return time.Time{}, false
	}
	instants, offsets := instantsOf(wall, zone)
	switch {
	case len(instants) == 1:
		return instants[0], true
	case len(instants) == 0:
		d.fail(n, "%s %s does not exist in %s: the clocks go from %s to %s; write another minute", what, n.text, zone, offsets[0], offsets[len(offsets)-1])
	default:
		d.fail(n, "%s %s comes twice in %s, at %s and again at %s; write another minute", what, n.text, zone, instants[0].Format("-07:00"), instants[1].Format("-07:00"))
	}
	return time.Time{}, false
}

// instantsOf returns, in order, the instants at which the clocks of the zone show wall (given as
// UTC), and the offsets in use around that time.
func instantsOf(wall time.Time, zone *time.Location) ([]time.Time, []string) {
	var instants []time.Time
	var seen []int
	var offsets []string
	for hours := -27; hours <= 27; hours++ {
		_, offset := wall.Add(time.Duration(hours) * time.Hour).In(zone).Zone()
		if slices.Contains(seen, offset) {
			continue
		}
		seen = append(seen, offset)
		at := wall.Add(-time.Duration(offset) * time.Second).In(zone)
		offsets = append(offsets, offsetText(offset))
		if _, there := at.Zone(); there == offset {
			instants = append(instants, at)
		}
	}
	slices.SortFunc(instants, time.Time.Compare)
	return instants, offsets
}

func offsetText(seconds int) string {
	sign := '+'
	if seconds < 0 {
		sign, seconds = '-', -seconds
	}
	return fmt.Sprintf("%c%02d:%02d", sign, seconds/3600, seconds/60%60)
}
