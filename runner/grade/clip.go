package grade

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/grader/grader/schema"
)

// clip makes text safe to print and at most limit bytes long (and a line that says
// how much is missing): its beginning and its end are kept.
func clip(text string, limit int) string {
	if limit <= 0 {
		return ""
	}
	if len(text) <= limit {
		return schema.Sanitize(text)
	}
	head, tail := wholeRunes(text[:limit/2]), text[len(text)-limit/2:]
	for len(tail) > 0 && !utf8.RuneStart(tail[0]) && limit/2-len(tail) < utf8.UTFMax {
		tail = tail[1:]
	}
	left := len(text) - len(head) - len(tail)
	return fmt.Sprintf("%s\n[%d bytes left out]\n%s", schema.Sanitize(head), left, schema.Sanitize(tail))
}

// wholeRunes takes a character that was cut in half off the end.
func wholeRunes(s string) string {
	for i := 1; i <= min(utf8.UTFMax, len(s)); i++ {
		if utf8.RuneStart(s[len(s)-i]) {
			if !utf8.FullRuneInString(s[len(s)-i:]) {
				return s[:len(s)-i]
			}
			return s
		}
	}
	return s
}

// joinNonEmpty joins the texts that hold something.
func joinNonEmpty(separator string, texts ...string) string {
	var kept []string
	for _, t := range texts {
		if t != "" {
			kept = append(kept, t)
		}
	}
	return strings.Join(kept, separator)
}
