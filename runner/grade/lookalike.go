package grade

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/grader/grader/schema"
)

// maxShownPoints is the maximum number of code points of one character that are shown.
const maxShownPoints = 4

// alikeWords shows the code points of the first difference between two texts if a reader cannot see
// the difference. That is the case if the characters look alike, or if one of them is invisible or a
// blank. It also names a byte of the output that is not UTF-8. It returns "" for any other
// difference.
func alikeWords(want, have []byte) string {
	at := characterStart(want, have, commonPrefix(want, have))
	w, h := characterAt(want[at:]), characterAt(have[at:])
	if h != "" && !utf8.ValidString(h) && w != "" && utf8.ValidString(w) {
		return fmt.Sprintf(" (byte 0x%02x is not UTF-8: the output has another encoding)", h[0])
	}
	if !hidden(w) && !hidden(h) && (w == "" || h == "" || !schema.LookAlike(w, h)) {
		return ""
	}
	return fmt.Sprintf(" (expected %s, got %s)", pointsOf(w), pointsOf(h))
}

// characterStart returns the beginning of the character at a position where two texts differ. A
// character includes its combining marks.
func characterStart(a, b []byte, at int) int {
	for at > 0 && (at < len(a) && !utf8.RuneStart(a[at]) || at < len(b) && !utf8.RuneStart(b[at])) {
		at--
	}
	for at > 0 && (marks(a[at:]) || marks(b[at:])) {
		_, n := utf8.DecodeLastRune(a[:at])
		at -= n
	}
	return at
}

// marks reports whether a text begins with a combining mark.
func marks(text []byte) bool {
	r, _ := utf8.DecodeRune(text)
	return unicode.Is(unicode.M, r)
}

// characterAt returns the first character of a text with its combining marks.
func characterAt(text []byte) string {
	_, n := utf8.DecodeRune(text)
	for n > 0 && n < len(text) && marks(text[n:]) {
		_, more := utf8.DecodeRune(text[n:])
		n += more
	}
	return string(text[:n])
}

// hidden reports whether a character is invisible, or a blank other than a space.
func hidden(character string) bool {
	r, _ := utf8.DecodeRuneInString(character)
	return character != "" && r != '\n' && r != ' ' && r != utf8.RuneError && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || unicode.IsSpace(r))
}

// pointsOf names the code points of a character: "U+0065 U+0301 (a combining mark)".
func pointsOf(character string) string {
	if character == "" {
		return "nothing"
	}
	var points []string
	name, left := "", 0
	for _, r := range character {
		if len(points) == maxShownPoints {
			left++
			continue
		}
		points = append(points, fmt.Sprintf("%U", r))
		if n := kindOf(r); n != "" {
			name = " " + n
		}
	}
	if left > 0 {
		points = append(points, fmt.Sprintf("and %d more", left))
	}
	return strings.Join(points, " ") + name
}

// kindOf describes a character that is invisible or hard to recognise. It returns "" for any other,
// such as a Latin one.
func kindOf(r rune) string {
	switch r {
	case '\t':
		return "tab"
	case '\n':
		return "line feed"
	case '\r':
		return "carriage return"
	case ' ':
		return "space"
	case 0xa0:
		return "no-break space"
	case 0x200b:
		return "zero-width space"
	case 0xfeff:
		return "byte order mark"
	case 0xad:
		return "soft hyphen"
	}
	for _, script := range []struct {
		table *unicode.RangeTable
		name  string
	}{
		{unicode.Cyrillic, "Cyrillic"}, {unicode.Greek, "Greek"}, {unicode.Armenian, "Armenian"}, {unicode.Cherokee, "Cherokee"},
		{unicode.M, "combining mark"}, {unicode.Cc, "control character"}, {unicode.Cf, "invisible"}, {unicode.Zs, "space of another width"},
		{unicode.Latin, ""}, {unicode.Pd, "dash"}, {unicode.Pi, "quotation mark"}, {unicode.Pf, "quotation mark"},
	} {
		if unicode.Is(script.table, r) {
			return script.name
		}
	}
	return ""
}
