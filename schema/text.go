package schema

import (
	"strings"
	"unicode/utf8"
)

// Sanitize makes text that a stranger wrote safe to print: valid UTF-8 without
// control characters (C0 but newline and tab, DEL, C1) and without the characters
// that reorder text (bidirectional controls, line and paragraph separators). Every
// byte or character that is taken out becomes U+FFFD, but a carriage return before a
// newline, which goes.
func Sanitize(s string) string {
	if clean(s) {
		return s
	}
	s = strings.ReplaceAll(s, "\r\n", "\n")
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range s {
		if unsafeRune(r) {
			r = utf8.RuneError
		}
		b.WriteRune(r)
	}
	return b.String()
}

func clean(s string) bool {
	if !utf8.ValidString(s) {
		return false
	}
	for _, r := range s {
		if unsafeRune(r) {
			return false
		}
	}
	return true
}

func unsafeRune(r rune) bool {
	switch {
	case r == '\n' || r == '\t':
		return false
	case r < 0x20 || r >= 0x7f && r <= 0x9f:
		return true
	case r == 0x061c || r == 0x200e || r == 0x200f || r >= 0x2028 && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == 0xfeff:
		return true
	}
	return false
}
