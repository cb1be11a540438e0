package schema

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Sanitize makes untrusted text safe to print: valid UTF-8 without control characters (C0
// except newline and tab, DEL, C1) and without characters that reorder text (bidirectional
// controls, line and paragraph separators). Every removed byte or character becomes U+FFFD,
// except a carriage return before a newline, which is dropped.
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

// OneLine makes untrusted text safe to print on one line, as Sanitize does. It joins the words with
// single spaces and truncates the result to most characters.
func OneLine(text string, most int) string {
	text = strings.Join(strings.Fields(Sanitize(text)), " ")
	if utf8.RuneCountInString(text) > most {
		text = string([]rune(text)[:most-1]) + "…"
	}
	return text
}

// Excerpt makes untrusted text safe to print, as Sanitize does, and at most limit bytes long. It
// keeps the beginning and the end. A line between them, which limit does not include, counts the
// omitted bytes. If limit is 0 or less, Excerpt returns "".
func Excerpt(text string, limit int) string {
	if limit <= 0 {
		return ""
	}
	if len(text) <= limit {
		return Sanitize(text)
	}
	head, tail := wholeRunes(text[:limit/2]), laterRunes(text[len(text)-limit/2:])
	left := len(text) - len(head) - len(tail)
	return fmt.Sprintf("%s\n[%d bytes left out]\n%s", Sanitize(head), left, Sanitize(tail))
}

// wholeRunes removes an incomplete character from the end.
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

// laterRunes removes an incomplete character from the beginning.
func laterRunes(s string) string {
	for i := range min(utf8.UTFMax, len(s)) {
		if utf8.RuneStart(s[i]) {
			return s[i:]
		}
	}
	return s[min(utf8.UTFMax, len(s)):]
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

// Count returns a number with its noun: "1 case", "3 cases".
func Count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// Size formats a number of bytes in the units of the assignment format, with at most one digit
// after the point: "1.5 MiB", "1 byte".
func Size(bytes int64) string {
	for _, unit := range []struct {
		bytes int64
		name  string
	}{{1 << 30, "GiB"}, {1 << 20, "MiB"}, {1 << 10, "KiB"}} {
		if bytes >= unit.bytes {
			return strings.TrimSuffix(strconv.FormatFloat(float64(bytes)/float64(unit.bytes), 'f', 1, 64), ".0") + " " + unit.name
		}
	}
	return Count(int(bytes), "byte")
}
