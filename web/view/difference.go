package view

import (
	"regexp"
	"strings"

	"github.com/sergi/go-diff/diffmatchpatch"
)

// Difference holds the parts of a message such as `line 2: expected "1 3", got "1 2 3"`, so that
// the characters that differ can be marked. The texts keep their quotes and escapes, so that
// trailing blanks and invisible characters stay visible.
type Difference struct {
	Where    string // "line 2"
	What     string // kind of the expected text: "the number", usually ""
	Expected []Span
	Got      []Span
	Rest     string // rest of the message
}

// Span is a part of a text that both sides have or only this side has.
type Span struct {
	Text string
	Own  bool
}

// maxCompared bounds the bytes that are compared character by character. The engine's own messages
// are much shorter, but those of a report may be longer.
const maxCompared = 2000

// differencePattern matches the messages that the grading engine writes for a comparison. One side
// may be absent.
var differencePattern = regexp.MustCompile(`(?s)^(?:([^"\n]{0,80}?): )?expected (the number |the white space |a match of )?` +
	`(…?"(?:[^"\\]|\\.)*"…?|the end of the output), got (…?"(?:[^"\\]|\\.)*"…?|the end of the output)(.*)$`)

// parseDifference parses a test's message. It returns nil if the message is not about a comparison.
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

// spans returns the parts of two texts that are equal or differ.
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
