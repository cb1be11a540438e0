package web

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/sergi/go-diff/diffmatchpatch"
)

// difference is "line 2: expected "1 3", got "1 2 3"" taken apart, so that the
// characters that differ can be marked.
type difference struct {
	Where    string // "line 2"
	Expected []span
	Got      []span
	Rest     string // what the message says after it
}

// span is a stretch of text that both sides have, or that is this side's own.
type span struct {
	Text string
	Own  bool
}

// maxCompared bounds the text whose characters are compared one by one.
const maxCompared = 2000

var differencePattern = regexp.MustCompile(`(?s)^(?:([^"\n]{0,80}): )?expected ("(?:[^"\\]|\\.)*"), got ("(?:[^"\\]|\\.)*")(.*)$`)

// parseDifference takes a test's message apart; nil where it says something else.
func parseDifference(message string) *difference {
	m := differencePattern.FindStringSubmatch(message)
	if m == nil {
		return nil
	}
	expected, err := strconv.Unquote(m[2])
	if err != nil {
		return nil
	}
	got, err := strconv.Unquote(m[3])
	if err != nil {
		return nil
	}
	d := &difference{Where: m[1], Rest: strings.TrimLeft(m[4], " ,;\n")}
	d.Expected, d.Got = spans(expected, got)
	return d
}

// spans compares two texts.
func spans(expected, got string) (left, right []span) {
	if len(expected)+len(got) > maxCompared {
		return []span{{Text: expected}}, []span{{Text: got}}
	}
	m := diffmatchpatch.New()
	for _, d := range m.DiffCleanupSemantic(m.DiffMain(expected, got, false)) {
		switch d.Type {
		case diffmatchpatch.DiffEqual:
			left, right = append(left, span{Text: d.Text}), append(right, span{Text: d.Text})
		case diffmatchpatch.DiffDelete:
			left = append(left, span{Text: d.Text, Own: true})
		case diffmatchpatch.DiffInsert:
			right = append(right, span{Text: d.Text, Own: true})
		}
	}
	return left, right
}
