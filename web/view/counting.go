package view

import "github.com/grader/grader/schema/assignment"

// Counting describes whether a submission counts, and why.
type Counting struct {
	Standing
	This bool   // this submission is the one that counts
	Rule string // "the best submission counts"
}

// NewCounting compares the page's submission with the one that counts. It returns nil if none
// counts.
func NewCounting(path string, s Standing, rule assignment.Counts) *Counting {
	if s.Counted == nil {
		return nil
	}
	return &Counting{Standing: s, This: s.Counted.Path == path, Rule: ruleWords(rule)}
}

func ruleWords(c assignment.Counts) string {
	switch c {
	case assignment.CountsLast:
		return "the last submission counts"
	case assignment.CountsMarked:
		return "the marked submission counts, or else the last"
	}
	return "the best submission counts"
}
