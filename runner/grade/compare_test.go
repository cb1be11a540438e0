package grade

import (
	"bytes"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

func TestCompare(t *testing.T) {
	t.Parallel()
	number := func(f float64) *float64 { return &f }
	lines, exact := assignment.Compare{Mode: assignment.CompareLines}, assignment.Compare{Mode: assignment.CompareExact}
	tokens := assignment.Compare{Mode: assignment.CompareTokens}
	caseless := assignment.Compare{Mode: assignment.CompareTokens, IgnoreCase: true}
	spaced := assignment.Compare{Mode: assignment.CompareTokens, ExactSpace: true}
	both := assignment.Compare{Mode: assignment.CompareFloat, Abs: number(1e-6), Rel: number(1e-6)}
	absolute := assignment.Compare{Mode: assignment.CompareFloat, Abs: number(0.1)}
	relative := assignment.Compare{Mode: assignment.CompareFloat, Rel: number(0.1)}
	icpc := assignment.Compare{Mode: assignment.CompareFloat, Abs: number(1e-6), Rel: number(1e-6), IgnoreCase: true}
	spacedFloat := assignment.Compare{Mode: assignment.CompareFloat, Abs: number(1e-6), IgnoreCase: true, ExactSpace: true}
	trim, contain := assignment.Compare{Mode: assignment.CompareTrimmed}, assignment.Compare{Mode: assignment.CompareContains}
	search := assignment.Compare{Mode: assignment.CompareSearch, Regex: `a+b`}
	searchEnds := assignment.Compare{Mode: assignment.CompareSearch, Regex: `^ab$`}
	regex := assignment.Compare{Mode: assignment.CompareRegex, Regex: `a+|b`}
	for _, test := range []struct {
		name          string
		rule          assignment.Compare
		expected, got string
		want          string // "" is equal
	}{
		{"lines: the same", lines, "1\n2\n", "1\n2\n", ""},
		{"lines: no last newline", lines, "1\n2\n", "1\n2", ""},
		{"lines: carriage returns, blanks and blank lines at the end", lines, "1\n2\n", "1 \t\r\n2\r\n\n  \n", ""},
		{"lines: both empty", lines, "", "\n\n", ""},
		{"lines: another line", lines, "1\n1 3\n", "1\n1 2 3\n", `line 2: expected "1 3", got "1 2 3"`},
		{"lines: leading blanks count", lines, "1\n", " 1\n", `line 1: expected "1", got " 1"`},
		{"lines: too few", lines, "1\n2\n3\n", "1\n2\n", `line 3: expected "3", got the end of the output`},
		{"lines: too many", lines, "1\n", "1\n2\n", `line 2: expected the end of the output, got "2"`},
		{"lines: blank lines in between count", lines, "1\n2\n", "1\n\n2\n", `line 2: expected "2", got ""`},
		{"lines: a long line is shown around the difference", lines, strings.Repeat("x", 5000) + "a", strings.Repeat("x", 5000) + "b",
			`line 1: expected …"` + strings.Repeat("x", 20) + `a", got …"` + strings.Repeat("x", 20) + `b"`},
		{"lines: escapes never get through", lines, "a\n", "\x1b[31ma\u202e\n", `line 1: expected "a", got "\x1b[31ma\u202e" (expected U+0061, got U+001B control character)`},
		{"exact: the same", exact, "1\n", "1\n", ""},
		{"exact: no last newline", exact, "1\n", "1", `line 1, byte 2: expected "\n", got the end of the output`},
		{"exact: another byte", exact, "1\nab\n", "1\nac\n", `line 2, byte 2: expected "ab\n", got "ac\n"`},
		{"exact: more", exact, "1", "12", `line 1, byte 2: expected the end of the output, got "2"`},
		{"tokens: white space does not matter", tokens, "1 2\n3\n", "\t1\n\n2   3", ""},
		{"tokens: another", tokens, "1 2", "1\n3", `token 2 (line 2): expected "2", got "3"`},
		{"tokens: case matters", tokens, "Yes", "yes", `token 1 (line 1): expected "Yes", got "yes"`},
		{"tokens: case ignored", caseless, "Yes ÄRGER", "yes ärger", ""},
		{"tokens: too few", tokens, "1 2", "1\n", `token 2 (line 2): expected "2", got the end of the output`},
		{"tokens: too many", tokens, "1", "1 2", `token 2 (line 1): expected the end of the output, got "2"`},
		{"tokens: exact space", spaced, "1 2\n", "1 2\n", ""},
		{"tokens: other space", spaced, "1 2\n", "1  2\n", `before token 2 (line 1): expected the white space " ", got "  "`},
		{"tokens: space at the end", spaced, "1\n", "1", `before token 2 (line 1): expected the white space "\n", got ""`},
		{"float: near", both, "1.0 x", "1.0000001 x", ""},
		{"float: another form of the number", both, "100", "1e2", ""},
		{"float: off", both, "1.0", "1.1", `token 1 (line 1): expected "1.0", got "1.1" (allowed error: 1e-06 absolute or 1e-06 relative)`},
		{"float: no number", both, "1.0", "one", `token 1 (line 1): expected the number "1.0", got "one"`},
		{"float: words are words", both, "x", "y", `token 1 (line 1): expected "x", got "y"`},
		{"float: NaN in the answer is a word", both, "nan", "nan", ""},
		{"float: NaN in another case", both, "NaN", "nan", `token 1 (line 1): expected "NaN", got "nan"`},
		{"float: a number for NaN", both, "nan", "0", `token 1 (line 1): expected "nan", got "0"`},
		{"float: NaN for a number", both, "1", "nan", `token 1 (line 1): expected "1", got "nan" (allowed error: 1e-06 absolute or 1e-06 relative)`},
		{"float: like infinities", both, "inf -inf", "Infinity -INF", ""},
		{"float: unlike infinities", relative, "inf", "-inf", `token 1 (line 1): expected "inf", got "-inf" (allowed error: 0.1 relative)`},
		{"float: a number for an infinity", relative, "inf", "1e308", `token 1 (line 1): expected "inf", got "1e308" (allowed error: 0.1 relative)`},
		{"float: an infinity for a number", relative, "1e308", "inf", `token 1 (line 1): expected "1e308", got "inf" (allowed error: 0.1 relative)`},
		{"float: absolute alone", absolute, "1000", "1001", `token 1 (line 1): expected "1000", got "1001" (allowed error: 0.1 absolute)`},
		{"float: relative alone, small", relative, "0.001", "0.002", `token 1 (line 1): expected "0.001", got "0.002" (allowed error: 0.1 relative)`},
		{"float: relative alone, large", relative, "1000", "1050", ""},
		{"float: hexadecimal is a word", both, "16", "0x10", `token 1 (line 1): expected the number "16", got "0x10"`},
		{"float: words in another case", both, "Case 1: 0.5", "case 1: 0.5", `token 1 (line 1): expected "Case", got "case"`},
		{"float: case ignored", icpc, "Case 1: 0.5", "CASE\n1:  0.5000001", ""},
		{"float: case ignored, another word", icpc, "YES 0.5", "no 0.5", `token 1 (line 1): expected "YES", got "no"`},
		{"float: case ignored, a number off", icpc, "YES 0.5", "yes 0.6", `token 2 (line 1): expected "0.5", got "0.6" (allowed error: 1e-06 absolute or 1e-06 relative)`},
		{"float: exact space", spacedFloat, "Yes 0.5\n", "yes 0.5000001\n", ""},
		{"float: other space", spacedFloat, "Yes 0.5\n", "yes  0.5\n", `before token 2 (line 1): expected the white space " ", got "  "`},
		{"trimmed: white space at the ends", trim, "3", "\n 3 \r\n\u00a0\n", ""},
		{"trimmed: CR LF is LF", trim, "1\r\n2", "1\n2\n", ""},
		{"trimmed: white space within", trim, "1 2", "1  2", `line 1: expected "1 2", got "1  2"`},
		{"trimmed: white space at the end of a line", trim, "1\n2", "1 \n2", `line 1, byte 2: expected "1\n", got "1 \n"`},
		{"trimmed: more", trim, "1", "11", `line 1: expected "1", got "11"`},
		{"contains: somewhere", contain, " lo, W ", "Hello, World!\n", ""},
		{"contains: nothing asked for", contain, "", "x", ""},
		{"contains: not there", contain, "lo,  W", "Hello, World!\n", `expected an output that contains "lo,  W", got "Hello, World!"`},
		{"search: anywhere", search, "", "xx ab yy\n", ""},
		{"search: anchors are the ends of what is trimmed", searchEnds, "", " \nab\n\n", ""},
		{"search: anchors are not the ends of lines", searchEnds, "", "ab\nx\n", `expected an output in which "^ab$" is found, got "ab\nx"`},
		{"search: not there", search, "", "b\n", `expected an output in which "a+b" is found, got "b"`},
		{"regex: anchored, alternatives included", regex, "", "aaa", ""},
		{"regex: not the whole", regex, "", "ab", `expected a match of "a+|b", got "ab"`},
		{"regex: a newline is part of the output", regex, "", "a\n", `expected a match of "a+|b", got "a\n"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			c, err := newComparison(test.rule)
			if err != nil {
				t.Fatal(err)
			}
			if got := c.differ([]byte(test.expected), []byte(test.got)); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestCompareTakesLinearTime(t *testing.T) {
	t.Parallel()
	// Twice as much input must not take four times as long; the factor allows for a busy machine.
	for name, rule := range map[string]assignment.Compare{
		"lines": {Mode: assignment.CompareLines}, "exact": {Mode: assignment.CompareExact}, "tokens": {Mode: assignment.CompareTokens},
	} {
		for shape, unit := range map[string]string{"lines": "12345\n", "blanks": "      ", "newlines": "\n\n\n\n\n\n", "one word": "xxxxxx"} {
			c, err := newComparison(rule)
			if err != nil {
				t.Fatal(err)
			}
			measure := func(n int) time.Duration {
				expected := []byte(strings.Repeat(unit, n) + "a")
				got := []byte(strings.Repeat(unit, n) + "b")
				start := time.Now()
				if c.differ(expected, got) == "" {
					t.Fatalf("%s, %s: no difference", name, shape)
				}
				return time.Since(start)
			}
			small, large := measure(10_000), measure(1_000_000)
			if large > 2*time.Second && large > 400*small {
				t.Errorf("%s, %s: %s for 60 kB, %s for 6 MB", name, shape, small, large)
			}
		}
	}
}

func FuzzCompare(f *testing.F) {
	f.Add([]byte("1 2\n"), []byte("1 3\n"))
	f.Add([]byte("äöü\n"), []byte("äöß\xff\n"))
	f.Add([]byte("1e9 nan inf"), []byte("1e9 1 -inf"))
	f.Fuzz(func(t *testing.T, expected, got []byte) {
		abs := 0.5
		for _, rule := range []assignment.Compare{
			{Mode: assignment.CompareLines}, {Mode: assignment.CompareExact}, {Mode: assignment.CompareTokens},
			{Mode: assignment.CompareTokens, ExactSpace: true}, {Mode: assignment.CompareFloat, Abs: &abs},
		} {
			c, err := newComparison(rule)
			if err != nil {
				t.Fatal(err)
			}
			why := c.differ(expected, got)
			if !utf8.ValidString(why) || schema.Sanitize(why) != why || len(why) > 2000 {
				t.Errorf("%s: unfit words %q", rule.Mode, why)
			}
			same := c.differ(expected, expected)
			if same != "" && rule.Mode != assignment.CompareFloat {
				t.Errorf("%s: a text differs from itself: %s", rule.Mode, same)
			}
			if why == "" && rule.Mode == assignment.CompareExact && !bytes.Equal(expected, got) {
				t.Errorf("exact: no difference between %q and %q", expected, got)
			}
		}
	})
}
