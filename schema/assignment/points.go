package assignment

import (
	"strings"

	"github.com/grader/grader/schema"
)

// PointRule holds the points of a test. Total is divided equally among its cases unless Each is
// set. ByPattern (with Default) is for reports; see ForName.
type PointRule struct {
	Total     schema.Points // 1 unless written; 0 if there is a penalty
	Each      *schema.Points
	Default   *schema.Points
	ByPattern map[string]schema.Points
}

// ByName reports whether ForName gives the points of a report's cases, instead of equal shares of
// Total.
func (r PointRule) ByName() bool { return r.Default != nil || len(r.ByPattern) > 0 }

// ForName returns the points of a report's case if points are given by name. It uses the longest
// pattern that matches the whole name (the alphabetically first of equally long ones), otherwise
// Default, otherwise 0. In a pattern, * stands for any characters and ? for one.
func (r PointRule) ForName(name string) schema.Points {
	best, found := "", false
	for pattern := range r.ByPattern {
		longer := len(pattern) > len(best) || len(pattern) == len(best) && pattern < best
		if (!found || longer) && matchName(pattern, name) {
			best, found = pattern, true
		}
	}
	switch {
	case found:
		return r.ByPattern[best]
	case r.Default != nil:
		return *r.Default
	}
	return schema.Points{}
}

// CasePoints returns the points of each case, in order: its own points, otherwise Each, otherwise
// an equal share of the rest of Total.
func (t Test) CasePoints() []schema.Points {
	left, others := t.Points.Total, 0
	for _, c := range t.Cases {
		if c.Points != nil {
			left = left.Sub(*c.Points)
		} else {
			others++
		}
	}
	points := make([]schema.Points, len(t.Cases))
	for i, c := range t.Cases {
		switch {
		case c.Points != nil:
			points[i] = *c.Points
		case t.Points.Each != nil:
			points[i] = *t.Points.Each
		default:
			points[i] = left.Over(others)
		}
	}
	return points
}

// matchName reports whether a name matches a pattern, in time len(pattern) × len(name) at worst.
func matchName(pattern, name string) bool {
	p, n := []rune(pattern), []rune(name)
	i, j, star, mark := 0, 0, -1, 0
	for j < len(n) {
		switch {
		case i < len(p) && p[i] == '*':
			star, mark = i, j
			i++
		case i < len(p) && (p[i] == '?' || p[i] == n[j]):
			i++
			j++
		case star >= 0:
			mark++
			i, j = star+1, mark
		default:
			return false
		}
	}
	return strings.Trim(string(p[i:]), "*") == ""
}
