package course

import (
	"fmt"
	"slices"

	"github.com/grader/grader/schema"
)

// HiddenWords describes the hidden tests that count, and says when a student will see them: "2
// hidden tests (5 points) count after the due date".
func HiddenWords(h schema.Hidden) string {
	verb := "count"
	if h.Tests == 1 {
		verb = "counts"
	}
	when := "later"
	due, publish := slices.Contains(h.Until, schema.VisibleAfterDue), slices.Contains(h.Until, schema.VisibleAfterPublish)
	switch {
	case due && publish:
		when = "after the due date and once grades are published"
	case due:
		when = "after the due date"
	case publish:
		when = "once grades are published"
	}
	return HiddenAmount(h) + " " + verb + " " + when
}

// HiddenAmount describes the number of hidden tests and their points: "2 hidden tests (5 points)".
func HiddenAmount(h schema.Hidden) string {
	points := "points"
	if h.Points == "1" {
		points = "point"
	}
	return fmt.Sprintf("%s (%s %s)", schema.Count(h.Tests, "hidden test"), h.Points, points)
}
