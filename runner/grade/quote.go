package grade

import (
	"bytes"
	"fmt"
	"strconv"
	"unicode/utf8"
)

// A difference shows at most quoteBefore bytes before the first byte in which two texts differ, and
// quoteAfter bytes from that byte on.
const (
	quoteBefore = 20
	quoteAfter  = 40
)

// quoteAt quotes the part of text around the byte at, with an ellipsis for omitted parts. The
// result contains only printable characters; all others are escaped.
func quoteAt(text []byte, at int) string {
	from, to := max(0, at-quoteBefore), min(len(text), at+quoteAfter)
	if from <= 3 {
		from = 0
	}
	for from > 0 && from < len(text) && !utf8.RuneStart(text[from]) && at-from < quoteBefore+utf8.UTFMax {
		from--
	}
	for to < len(text) && !utf8.RuneStart(text[to]) && to-at < quoteAfter+utf8.UTFMax {
		to++
	}
	if from >= to {
		from = to
	}
	quoted := strconv.Quote(string(text[from:to]))
	if from > 0 {
		quoted = "…" + quoted
	}
	if to < len(text) {
		quoted += "…"
	}
	return quoted
}

// expectedGot returns the expected and the actual text around the first difference. It adds code
// points if a reader would see no difference.
func expectedGot(expected, got []byte) string {
	at := commonPrefix(expected, got)
	return fmt.Sprintf("expected %s, got %s", quoteAt(expected, at), quoteAt(got, at)) + alikeWords(expected, got)
}

// commonPrefix returns how many bytes at the beginning of a and b are equal.
func commonPrefix(a, b []byte) int {
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return i
		}
	}
	return n
}

// lineOf returns the number, from 1, of the line that contains the byte at.
func lineOf(text []byte, at int) int {
	return 1 + bytes.Count(text[:min(at, len(text))], []byte{'\n'})
}
