package report

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// unityLine matches a result of ThrowTheSwitch's Unity: file:line:name:verdict[:message]. The name
// of a parametrised test ends with its arguments in parentheses, which may contain colons. Text
// without a newline at its end, and drive letters, may precede the result. With
// UNITY_INCLUDE_EXEC_TIME a time follows it.
var unityLine = regexp.MustCompile(`^.*?:\d+:([^:(]*\([^()]*(?:\([^()]*\)[^()]*)*\)|[^:]+):(PASS|FAIL|IGNORE)(?::\s*(.*?))?(?: \(\d+ ms\))?$`)

// unityByte matches Unity's escape for a byte that is not printable ASCII.
var unityByte = regexp.MustCompile(`(?:\\x[0-9A-F]{2})+`)

// readUnity reads Unity's output.
func readUnity(document []byte, l *List) error {
	return plainLines(document, func(line string) error {
		m := unityLine.FindStringSubmatch(line)
		if m == nil {
			return nil
		}
		c := Case{Name: unescapeUnity(m[1]), Message: unescapeUnity(m[3])}
		switch m[2] {
		case "PASS":
			c.Verdict = Passed
		case "FAIL":
			c.Verdict = Failed
		default:
			c.Verdict = Skipped
		}
		return l.add(c)
	})
}

// unescapeUnity decodes Unity's escapes if they form UTF-8 letters, which Unity prints byte by
// byte. Its other escapes, such as \n, are indistinguishable from a printed backslash.
func unescapeUnity(text string) string {
	return unityByte.ReplaceAllStringFunc(text, func(escaped string) string {
		var raw strings.Builder
		for i := 0; i < len(escaped); i += len(`\xFF`) {
			raw.WriteByte(unhex(escaped[i+2])<<4 | unhex(escaped[i+3]))
		}
		letters := raw.String()
		if !utf8.ValidString(letters) || strings.ContainsFunc(letters, func(r rune) bool { return r < utf8.RuneSelf }) {
			return escaped
		}
		return letters
	})
}

// unhex returns the value of an upper-case hexadecimal digit.
func unhex(digit byte) byte {
	if digit <= '9' {
		return digit - '0'
	}
	return digit - 'A' + 10
}
