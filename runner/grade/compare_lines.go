package grade

import (
	"bytes"
	"fmt"
)

// differLines compares line by line. It ignores carriage returns before a newline, blanks at the
// end of a line and blank lines at the end of the output.
func differLines(expected, got []byte) string {
	expected, got = trimEnd(expected), trimEnd(got)
	for n := 1; len(expected) > 0 || len(got) > 0; n++ {
		wantEnded, gotEnded := len(expected) == 0, len(got) == 0
		var want, have []byte
		want, expected = cutLine(expected)
		have, got = cutLine(got)
		switch {
		case gotEnded:
			return fmt.Sprintf("line %d: expected %s, got the end of the output", n, quoteAt(want, 0))
		case wantEnded:
			return fmt.Sprintf("line %d: expected the end of the output, got %s", n, quoteAt(have, 0))
		case !bytes.Equal(want, have):
			return fmt.Sprintf("line %d: %s", n, expectedGot(want, have))
		}
	}
	return ""
}

// trimEnd removes blanks and blank lines at the end.
func trimEnd(text []byte) []byte { return bytes.TrimRight(text, blanks+"\n") }

// blanks are the characters that are ignored at the end of a line.
const blanks = " \t\r\v\f"

// cutLine returns the first line without the blanks at its end, and the rest.
func cutLine(text []byte) (line, rest []byte) {
	line, rest, _ = bytes.Cut(text, []byte{'\n'})
	return bytes.TrimRight(line, blanks), rest
}

// differExact compares every byte.
func differExact(expected, got []byte) string {
	at := commonPrefix(expected, got)
	if at == len(expected) && at == len(got) {
		return ""
	}
	place := fmt.Sprintf("line %d, byte %d", lineOf(expected, at), at-bytes.LastIndexByte(expected[:at], '\n'))
	switch {
	case at == len(got):
		return fmt.Sprintf("%s: expected %s, got the end of the output", place, quoteAt(expected[at:], 0))
	case at == len(expected):
		return fmt.Sprintf("%s: expected the end of the output, got %s", place, quoteAt(got[at:], 0))
	}
	return fmt.Sprintf("%s: expected %s, got %s%s", place, quoteAt(lineAround(expected, at)), quoteAt(lineAround(got, at)), alikeWords(expected, got))
}

// lineAround returns the line that contains the byte at, with its newline, and the byte's
// position in it.
func lineAround(text []byte, at int) ([]byte, int) {
	start := bytes.LastIndexByte(text[:at], '\n') + 1
	end := len(text)
	if i := bytes.IndexByte(text[at:], '\n'); i >= 0 {
		end = at + i + 1
	}
	return text[start:end], at - start
}
