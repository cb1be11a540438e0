package course

import (
	"slices"
	"strings"
	"time"

	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// Sections splits a roster's sections of one person. A TA may have several, separated by commas.
func Sections(text string) []string {
	var all []string
	for name := range strings.SplitSeq(text, ",") {
		if name = strings.TrimSpace(name); name != "" {
			all = append(all, name)
		}
	}
	return all
}

// ShareSection reports whether a student is in one of a TA's sections. A student without a
// section shares none.
func ShareSection(ta, student string) bool {
	of := Sections(ta)
	return slices.ContainsFunc(Sections(student), func(name string) bool { return slices.Contains(of, name) })
}

// OffsetOf returns the largest offset of the due time among a person's sections.
func OffsetOf(sections map[string]schema.DueOffset, text string) schema.DueOffset {
	var latest schema.DueOffset
	for _, name := range Sections(text) {
		latest = LaterOffset(latest, sections[name])
	}
	return latest
}

// LaterOffset returns the one of two offsets that gives more time.
func LaterOffset(a, b schema.DueOffset) schema.DueOffset {
	if longer(b, a) {
		return b
	}
	return a
}

func longer(a, b schema.DueOffset) bool {
	return time.Duration(a.Days)*24*time.Hour+a.By > time.Duration(b.Days)*24*time.Hour+b.By
}

// ForSection returns the assignment with due and the end of its late period moved by a section's
// offset. Extensions and outages apply to it as usual.
func ForSection(spec *assignment.Spec, zone *time.Location, o schema.DueOffset) *assignment.Spec {
	if o.IsZero() || spec.Due.IsZero() {
		return spec
	}
	moved := *spec
	moved.Due = later(spec.Due, zone, o)
	if spec.Late != nil && !spec.Late.Until.IsZero() {
		late := *spec.Late
		late.Until = later(late.Until, zone, o)
		moved.Late = &late
	}
	return &moved
}

// later adds an offset to a minute. end and the result are the first instants after the minutes.
func later(end time.Time, zone *time.Location, o schema.DueOffset) time.Time {
	minute := end.Add(-time.Minute)
	if o.Days > 0 {
		return addDays(minute, o.Days, zone).Add(time.Minute)
	}
	return end.Add(o.By)
}
