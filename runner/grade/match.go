package grade

import (
	"strings"

	"github.com/grader/grader/runner/grade/report"
)

// matching holds a report's cases, matched with the pinned cases.
type matching struct {
	cases []*report.Case  // by pin; nil if the report does not contain it
	extra []report.Case   // cases that were run and have no pin
	twice map[string]bool // pins whose name the report contains too often, with a case that passed
}

// matchCases finds the report's case for each pin. The n-th case with a name belongs to the n-th
// pin with that name.
func matchCases(pins []string, cases []report.Case) matching {
	place := make(map[string]int, len(pins))
	for i, pin := range pins {
		place[pin] = i
	}
	m := matching{cases: make([]*report.Case, len(pins)), twice: map[string]bool{}}
	passed := map[string]bool{}
	for _, c := range cases {
		passed[c.Name] = passed[c.Name] || c.Verdict == report.Passed
	}
	seen := map[string]int{}
	for i := range cases {
		c := &cases[i]
		seen[c.Name]++
		at, pinned := place[numbered(c.Name, seen[c.Name])]
		first, known := place[c.Name]
		switch {
		case pinned && m.cases[at] == nil:
			m.cases[at] = c
		case known && !passed[c.Name]:
			m.cases[first] = joinCases(m.cases[first], c)
		case known && c.Verdict != report.Skipped:
			m.markTwice(place, c.Name)
		case !known && c.Verdict != report.Skipped: // a skipped case without a pin is ignored
			m.extra = append(m.extra, *c)
		}
	}
	return m
}

// markTwice marks all pins of a name.
func (m *matching) markTwice(place map[string]int, name string) {
	for n := 1; ; n++ {
		pin := numbered(name, n)
		if _, ok := place[pin]; !ok {
			return
		}
		m.twice[pin] = true
	}
}

// joinCases merges two cases with the same name, neither of which passed. A framework reports a
// case again under the same name if its clean-up or a part of it failed too.
func joinCases(a, b *report.Case) *report.Case {
	joined := *a
	if b.Verdict == report.Failed {
		joined.Verdict = report.Failed
	}
	joined.Wall += b.Wall
	joined.Message = joinNonEmpty("\n", a.Message, b.Message)
	joined.Output = strings.TrimSpace(a.Output + "\n\n" + b.Output)
	return &joined
}
