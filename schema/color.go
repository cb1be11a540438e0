package schema

import (
	"fmt"
	"regexp"
	"strings"
)

// colorPattern matches the sequences that colour text (SGR in ECMA-48, 8.3.117) or erase the rest
// of a line (EL, 8.3.41). Compilers erase the rest of the line after each change of colour.
var colorPattern = regexp.MustCompile("\x1b\\[(?:[0-9;:]{0,40}m|K)")

// maxColorSequence is the length of the longest match of colorPattern, in bytes.
const maxColorSequence = 43

// SanitizeColored is like Sanitize but keeps sequences that change the colour or weight of text
// (ESC [ … m). It drops sequences that erase the rest of a line. Callers must apply Plain before
// they write the result to a terminal.
func SanitizeColored(s string) string {
	if !strings.Contains(s, "\x1b[") {
		return Sanitize(s)
	}
	var b strings.Builder
	at := 0
	for _, m := range colorPattern.FindAllStringIndex(s, -1) {
		b.WriteString(Sanitize(s[at:m[0]]))
		if sequence := s[m[0]:m[1]]; sequence != "\x1b[K" {
			b.WriteString(sequence)
		}
		at = m[1]
	}
	b.WriteString(Sanitize(s[at:]))
	return b.String()
}

// Plain is like Sanitize but drops the sequences that colour text.
func Plain(s string) string {
	if !strings.Contains(s, "\x1b[") {
		return Sanitize(s)
	}
	return Sanitize(colorPattern.ReplaceAllLiteralString(s, ""))
}

// ExcerptColored is like Excerpt but keeps the colours that SanitizeColored keeps. It resets the
// colour before the line that counts the omitted bytes, so that neither this line nor the start of
// the text after it has the colour of the beginning.
func ExcerptColored(text string, limit int) string {
	if limit <= 0 || len(text) <= limit {
		return SanitizeColored(text[:max(0, min(len(text), limit))])
	}
	from, _ := aroundColor(text, limit/2)
	_, to := aroundColor(text, len(text)-limit/2)
	head, tail := wholeRunes(text[:from]), laterRunes(text[to:])
	left := len(text) - len(head) - len(tail)
	if colorPattern.MatchString(head) {
		head += "\x1b[m"
	}
	return fmt.Sprintf("%s\n[%d bytes left out]\n%s", SanitizeColored(head), left, SanitizeColored(tail))
}

// aroundColor returns the start and end of the sequence that contains the index at. If there is
// none, it returns at twice.
func aroundColor(text string, at int) (from, to int) {
	first := max(0, at-maxColorSequence)
	for _, m := range colorPattern.FindAllStringIndex(text[first:min(len(text), at+maxColorSequence)], -1) {
		if first+m[0] < at && at < first+m[1] {
			return first + m[0], first + m[1]
		}
	}
	return at, at
}
