package course

import (
	"fmt"
	"strings"
	"time"

	"github.com/grader/grader/schema"
)

// Note describes the difference between a grade and its score: "2 off for lateness".
func Note(g schema.Grade) string { return strings.TrimPrefix(changes(g), ", ") }

// Changes describes the difference between a grade and its score: ", 2 off for lateness, 1 added by
// staff: final 16". It returns "" if there is none.
func Changes(g schema.Grade) string {
	words := changes(g)
	if words == "" {
		return ""
	}
	return words + ": final " + g.Final.String()
}

func changes(g schema.Grade) string {
	words := ""
	if g.Deducted.Sign() > 0 {
		words += ", " + g.Deducted.String() + " off for lateness"
	}
	switch {
	case g.Adjusted.Sign() > 0:
		words += ", " + g.Adjusted.String() + " added by staff"
	case g.Adjusted.Sign() < 0:
		words += ", " + schema.Points{}.Sub(g.Adjusted).String() + " taken off by staff"
	}
	return words
}

// RegradeWords describes to the viewer a grade that a regrade set changed: "regraded 3 Oct: 17 →
// 19, test version 4, reason: test 3 was wrong". It returns "" for a student if only hidden parts
// changed.
func RegradeWords(n schema.RegradeNotice, a Access, zone *time.Location) string {
	before, after := n.Before, n.After
	if n.Hidden && !a.Viewer.Staff() {
		if n.Seen == nil {
			return ""
		}
		before, after = n.Seen.Before, n.Seen.After
	}
	if before.Equal(after) {
		return ""
	}
	words := fmt.Sprintf("regraded %s: %s → %s, test version %d", n.At.In(zone).Format("2 Jan"), before, after, n.Version)
	if n.Reason != "" {
		words += ", reason: " + schema.Sanitize(n.Reason)
	}
	return words
}
