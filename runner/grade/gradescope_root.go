package grade

import (
	"bytes"
	"unicode"
	"unicode/utf8"
)

// replaceRoot replaces /autograder by root wherever it is the first name of an absolute path. It leaves
// ./autograder, x/autograder, $X/autograder and /autograder.py unchanged.
func replaceRoot(text []byte, root string) []byte {
	var out []byte
	from := 0
	for at := 0; ; {
		n := bytes.Index(text[at:], []byte(gradescopeRoot))
		if n < 0 {
			return append(out, text[from:]...)
		}
		begin := at + n
		at = begin + len(gradescopeRoot)
		if beginsPath(text[:begin]) && endsName(text[at:]) {
			out = append(append(out, text[from:begin]...), root...)
			from = at
		}
	}
}

// beginsPath reports whether a / after this text begins an absolute path.
func beginsPath(before []byte) bool {
	if bytes.HasSuffix(before, []byte("file://")) || endsWithFlag(before) {
		return true
	}
	last, size := utf8.DecodeLastRune(before)
	switch {
	case size == 0:
		return true
	case last == utf8.RuneError || isNameRune(last) || bytes.ContainsRune([]byte(`./\~})]*?%`), last):
		return false
	}
	return true
}

// endsWithFlag reports whether the text ends with an option of one letter, like the -I of -I/autograder/source.
func endsWithFlag(text []byte) bool {
	n := len(text)
	if n < 2 || text[n-2] != '-' || !unicode.IsLetter(rune(text[n-1])) || text[n-1] >= utf8.RuneSelf {
		return false
	}
	return n == 2 || bytes.IndexByte([]byte(" \t\r\n\"'=,:`(["), text[n-3]) >= 0
}

// endsName reports whether a name in a path ends before this text.
func endsName(after []byte) bool {
	next, size := utf8.DecodeRune(after)
	switch {
	case size == 0:
		return true
	case next == '.': // the end of a sentence, but not an extension
		following, _ := utf8.DecodeRune(after[1:])
		return !isNameRune(following)
	}
	return next != '-' && !isNameRune(next)
}

func isNameRune(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) }
