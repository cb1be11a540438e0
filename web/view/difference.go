package view

import (
	"regexp"
	"strings"

	"github.com/sergi/go-diff/diffmatchpatch"
)

// Difference is `line 2: expected "1 3", got "1 2 3"` taken apart, so that the
// characters that differ can be marked. The quoted texts keep their quotes and
// escapes: blanks at the end and characters that cannot be seen stay visible.
type Difference struct {
	Where    string // "line 2"
	What     string // what kind of thing was expected: "the number", mostly ""
	Expected []Span
	Got      []Span
	Rest     string // what the message says after it
}

// Span is a stretch of text that both sides have, or that is this side's own.
type Span struct {
	Text string
	Own  bool
}

// maxCompared bounds the bytes whose characters are compared one by one: the
// engine's own messages are far shorter, a report's may not be.
const maxCompared = 2000

// differencePattern matches what the grading engine writes of a comparison; one
// side may be absent.
var differencePattern = regexp.MustCompile(`(?s)^(?:([^"\n]{0,80}?): )?expected (the number |the white space |a match of )?` +
	`(…?"(?:[^"\\]|\\.)*"…?|the end of the output), got (…?"(?:[^"\\]|\\.)*"…?|the end of the output)(.*)$`)

// parseDifference takes a test's message apart; nil if it is about something else.
func parseDifference(message string) *Difference {
	m := differencePattern.FindStringSubmatch(message)
	if m == nil {
		return nil
	}
	found := &Difference{
		Where: m[1], What: strings.TrimSpace(m[2]), Rest: Sentence(strings.Trim(m[5], " ,;()\n")),
		Expected: []Span{{Text: m[3]}}, Got: []Span{{Text: m[4]}},
	}
	quoted := strings.Contains(m[3], `"`) && strings.Contains(m[4], `"`)
	if quoted && found.What != "a match of" && len(message) <= maxCompared {
		found.Expected, found.Got = spans(m[3], m[4])
	}
	return found
}

// spans compares two texts.
func spans(expected, got string) (left, right []Span) {
	m := diffmatchpatch.New()
	for _, d := range m.DiffCleanupSemantic(m.DiffMain(expected, got, false)) {
		switch d.Type {
		case diffmatchpatch.DiffEqual:
			left, right = append(left, Span{Text: d.Text}), append(right, Span{Text: d.Text})
		case diffmatchpatch.DiffDelete:
			left = append(left, Span{Text: d.Text, Own: true})
		case diffmatchpatch.DiffInsert:
			right = append(right, Span{Text: d.Text, Own: true})
		}
	}
	return left, right
}
