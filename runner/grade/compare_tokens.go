package grade

import (
	"bytes"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// tokenRule compares outputs split at white space.
type tokenRule struct {
	ignoreCase bool
	exactSpace bool
	tolerance  *tolerance // nil: numbers are ordinary tokens
}

// token is one word of an output with the white space before it. The last token of an output may
// be white space alone.
type token struct {
	space, word []byte
	at          int // of word, in the output
}

// differ returns the first difference, "" for none.
func (r tokenRule) differ(expected, got []byte) string {
	wantAt, haveAt := 0, 0
	for n := 1; ; n++ {
		want, have := nextToken(expected, wantAt), nextToken(got, haveAt)
		if r.exactSpace && !bytes.Equal(want.space, have.space) {
			return fmt.Sprintf("before token %d (line %d): expected the white space %s, got %s",
				n, lineOf(got, have.at), quoteAt(want.space, 0), quoteAt(have.space, 0))
		}
		if len(want.word) == 0 && len(have.word) == 0 {
			return ""
		}
		if why := r.differWord(want.word, have.word); why != "" {
			return fmt.Sprintf("token %d (line %d): %s", n, lineOf(got, have.at), why)
		}
		wantAt, haveAt = want.at+len(want.word), have.at+len(have.word)
	}
}

// nextToken returns the token that starts at or after the byte from.
func nextToken(text []byte, from int) token {
	start := from
	for start < len(text) && isSpace(text[start]) {
		start++
	}
	end := start
	for end < len(text) && !isSpace(text[end]) {
		end++
	}
	return token{space: text[from:start], word: text[start:end], at: start}
}

// isSpace reports whether C's isspace accepts a byte in the C locale. Programs of every language
// split there.
func isSpace(b byte) bool { return b == ' ' || b >= '\t' && b <= '\r' }

// differWord compares two words. Either may be absent (empty).
func (r tokenRule) differWord(want, have []byte) string {
	switch {
	case len(have) == 0:
		return fmt.Sprintf("expected %s, got the end of the output", quoteAt(want, 0))
	case len(want) == 0:
		return fmt.Sprintf("expected the end of the output, got %s", quoteAt(have, 0))
	}
	if r.tolerance != nil {
		if number, err := parseNumber(want); err == nil && !math.IsNaN(number) { // an expected NaN is a word
			return r.tolerance.differ(number, want, have)
		}
	}
	if bytes.Equal(want, have) || r.ignoreCase && bytes.EqualFold(want, have) {
		return ""
	}
	return expectedGot(want, have)
}

// tolerance is the maximum absolute or relative error of a number. If one of them is nil, only the
// other applies.
type tolerance struct{ abs, rel *float64 }

// differ compares a number with a word that should be a number.
func (t *tolerance) differ(want float64, wantWord, haveWord []byte) string {
	have, err := parseNumber(haveWord)
	if err != nil {
		return fmt.Sprintf("expected the number %s, got %s%s", quoteAt(wantWord, 0), quoteAt(haveWord, 0), alikeWords(wantWord, haveWord))
	}
	if t.within(want, have) {
		return ""
	}
	w, h := quoteAt(wantWord, 0), quoteAt(haveWord, 0)
	return fmt.Sprintf("expected %s, got %s (%s)", w, h, t.String())
}

// within reports whether have is close enough. NaN never is; an infinity is only close to the same
// infinity.
func (t *tolerance) within(want, have float64) bool {
	if math.IsInf(want, 0) || math.IsInf(have, 0) {
		return want == have
	}
	off := math.Abs(want - have)
	return t.abs != nil && off <= *t.abs || t.rel != nil && off <= *t.rel*math.Abs(want)
}

// String describes the tolerance.
func (t *tolerance) String() string {
	var parts []string
	if t.abs != nil {
		parts = append(parts, fmt.Sprintf("%g absolute", *t.abs))
	}
	if t.rel != nil {
		parts = append(parts, fmt.Sprintf("%g relative", *t.rel))
	}
	return "allowed error: " + strings.Join(parts, " or ")
}

// parseNumber parses a decimal number, an infinity or NaN. It returns an error for hexadecimal
// numbers and underscores, which strconv accepts.
func parseNumber(word []byte) (float64, error) {
	if bytes.ContainsAny(word, "xX_pP") {
		return 0, strconv.ErrSyntax
	}
	return strconv.ParseFloat(string(word), 64)
}
