package classroom

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// scriptSpace is the set of JavaScript's white space characters as members of a class of RE2.
const scriptSpace = `\t\n\v\f\r \x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}\x{feff}`

// translate returns an RE2 expression that matches the same as a JavaScript expression without flags. The error names the
// construct that RE2 does not support.
func translate(pattern string) (string, error) {
	t := translator{in: []rune(pattern)}
	for t.at < len(t.in) {
		if err := t.next(); err != nil {
			return "", err
		}
	}
	out := t.out.String()
	if _, err := regexp.Compile(out); err != nil {
		return "", fmt.Errorf("RE2 does not take it: %w", err)
	}
	return out, nil
}

// translator translates one pattern from left to right.
type translator struct {
	in    []rune
	at    int
	out   strings.Builder
	class bool // between [ and ]
}

// rest returns at most n characters from the current position.
func (t *translator) rest(n int) string { return string(t.in[t.at:min(t.at+n, len(t.in))]) }

func (t *translator) write(n int, text string) {
	t.at += n
	t.out.WriteString(text)
}

func (t *translator) next() error {
	c := t.in[t.at]
	switch {
	case c == '\\':
		return t.escape()
	case t.class:
		t.inClass(c)
	case strings.HasPrefix(t.rest(4), "(?<=") || strings.HasPrefix(t.rest(4), "(?<!"):
		return fmt.Errorf("RE2 has no look-behind (%s…)", t.rest(4))
	case strings.HasPrefix(t.rest(3), "(?=") || strings.HasPrefix(t.rest(3), "(?!"):
		return fmt.Errorf("RE2 has no look-ahead (%s…)", t.rest(3))
	case t.rest(3) == "[^]":
		t.write(3, `(?s:.)`)
	case t.rest(2) == "[]":
		t.write(2, `[^\x{0}-\x{10ffff}]`)
	case c == '[':
		t.class = true
		t.write(1, "[")
		if t.rest(1) == "^" {
			t.write(1, "^")
		}
	case c == '.':
		t.write(1, `[^\n\r\x{2028}\x{2029}]`)
	case c == ']' || c == '}' && !t.repeat():
		t.write(1, `\`+string(c))
	default:
		t.write(1, string(c))
	}
	return nil
}

// repeat reports whether a brace before this place may close a repetition.
func (t *translator) repeat() bool {
	return repetition.MatchString(string(t.in[:t.at+1]))
}

var repetition = regexp.MustCompile(`\{\d+(,\d*)?\}$`)

// inClass writes a character of a class. It escapes [, which is special in classes of RE2.
func (t *translator) inClass(c rune) {
	switch c {
	case ']':
		t.class = false
		t.write(1, "]")
	case '[':
		t.write(1, `\[`)
	default:
		t.write(1, string(c))
	}
}

// escape translates a backslash and what follows.
func (t *translator) escape() error {
	if t.at+1 >= len(t.in) {
		return fmt.Errorf("it ends with a backslash")
	}
	c := t.in[t.at+1]
	switch {
	case c == 's' && t.class:
		t.write(2, scriptSpace)
	case c == 's':
		t.write(2, "["+scriptSpace+"]")
	case c == 'S' && t.class:
		return fmt.Errorf(`RE2 has no \S of JavaScript's within brackets`)
	case c == 'S':
		t.write(2, "[^"+scriptSpace+"]")
	case c == 'b' && t.class:
		t.write(2, `\x08`)
	case c == 'k', c >= '1' && c <= '9':
		return fmt.Errorf(`RE2 has no back-references (\%c)`, c)
	case c == '0':
		t.write(2, `\x{0}`)
	case c == 'u' || c == 'x' || c == 'c':
		return t.coded(c)
	case strings.ContainsRune("dDwWbBtnvfr", c):
		t.write(2, `\`+string(c))
	case c < 0x80 && !isWord(c):
		t.write(2, regexp.QuoteMeta(string(c)))
		if t.class && strings.ContainsRune("-^]", c) {
			s := strings.TrimSuffix(t.out.String(), regexp.QuoteMeta(string(c)))
			t.out.Reset()
			t.out.WriteString(s + `\` + string(c))
		}
	default: // a letter without a special meaning
		t.write(2, regexp.QuoteMeta(string(c)))
	}
	return nil
}

func isWord(c rune) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// coded translates \uXXXX, \xXX and \cX. If the digits do not follow, the letter stands for itself.
func (t *translator) coded(c rune) error {
	digits := map[rune]int{'u': 4, 'x': 2}[c]
	if c == 'c' {
		if t.at+2 < len(t.in) && isWord(t.in[t.at+2]) {
			t.write(3, fmt.Sprintf(`\x{%x}`, t.in[t.at+2]%32))
			return nil
		}
		return fmt.Errorf(`\c without a letter`)
	}
	if t.at+2+digits <= len(t.in) {
		if n, err := strconv.ParseUint(string(t.in[t.at+2:t.at+2+digits]), 16, 32); err == nil {
			if n >= 0xd800 && n < 0xe000 {
				return fmt.Errorf("RE2 has no halves of characters (%s)", t.rest(6))
			}
			t.write(2+digits, fmt.Sprintf(`\x{%x}`, n))
			return nil
		}
	}
	t.write(2, string(c))
	return nil
}
