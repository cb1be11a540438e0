package grade

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
)

// trimmed returns a text without white space at both ends, and with LF for CR LF. White space is
// the set that JavaScript's trim removes, because GitHub Classroom uses that for its comparison.
func trimmed(text []byte) []byte {
	text = bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))
	return bytes.Trim(text, scriptSpace)
}

const scriptSpace = " \t\n\v\f\r\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"

// differTrimmed compares both texts after trimming. If lines differ, it describes the difference
// like differLines.
func differTrimmed(expected, got []byte) string {
	want, have := trimmed(expected), trimmed(got)
	if bytes.Equal(want, have) {
		return ""
	}
	if words := differLines(want, have); words != "" {
		return words
	}
	return differExact(want, have)
}

// differContained searches the output for the expected text.
func differContained(expected, got []byte) string {
	want, have := trimmed(expected), trimmed(got)
	if bytes.Contains(have, want) {
		return ""
	}
	return fmt.Sprintf("expected an output that contains %s, got %s", quoteAt(want, 0), quoteAt(have, 0))
}

// newSearch returns a comparison that searches the output for an expression.
func newSearch(pattern string) (comparison, error) {
	re, err := regexp.Compile(pattern)
	if err != nil {
		return comparison{}, fmt.Errorf("search: %w", err)
	}
	return comparison{func(_, got []byte) string {
		have := trimmed(got)
		if re.Match(have) {
			return ""
		}
		return fmt.Sprintf("expected an output in which %s is found, got %s", quoteAt([]byte(strings.TrimSpace(pattern)), 0), quoteAt(have, 0))
	}}, nil
}
