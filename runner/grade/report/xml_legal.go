package report

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/grader/grader/schema"
)

// characterReference matches XML's numeric character references.
var characterReference = regexp.MustCompile(`&#(?:[xX][0-9A-Fa-f]{1,8}|[0-9]{1,10});`)

// writtenReference matches a reference that is part of the text. JUnit and Surefire write one for a
// character that XML cannot represent. They escape it once more, Surefire wrongly.
var writtenReference = regexp.MustCompile(`&(?:amp)?#(?:[xX][0-9A-Fa-f]{1,8}|[0-9]{1,10});`)

// legalXML replaces the parts of a student's output that XML does not allow in a report: control
// characters, raw or as references, and invalid UTF-8.
func legalXML(document []byte) []byte {
	text := schema.Sanitize(string(document))
	return []byte(withoutIllegal(characterReference, text))
}

// withoutControlReferences replaces references in text to characters that XML does not allow.
func withoutControlReferences(text string) string {
	if !strings.Contains(text, "#") {
		return text
	}
	return withoutIllegal(writtenReference, text)
}

// withoutIllegal replaces the references that a pattern matches if XML does not allow their
// characters.
func withoutIllegal(references *regexp.Regexp, text string) string {
	return references.ReplaceAllStringFunc(text, func(ref string) string {
		digits, base := ref[strings.IndexByte(ref, '#')+1:len(ref)-1], 10
		if digits[0] == 'x' || digits[0] == 'X' {
			digits, base = digits[1:], 16
		}
		code, err := strconv.ParseUint(digits, base, 32)
		if err != nil || illegalXML(code) {
			return "�"
		}
		return ref
	})
}

// illegalXML reports whether XML 1.0 forbids a character.
func illegalXML(code uint64) bool {
	switch {
	case code == '\t' || code == '\n' || code == '\r':
		return false
	case code < 0x20 || code > 0x10ffff:
		return true
	}
	return code >= 0xd800 && code < 0xe000 || code == 0xfffe || code == 0xffff
}

// plainQuotes undoes Node's second escaping of quotes in attributes.
func plainQuotes(value string) string { return strings.ReplaceAll(value, "&quot;", `"`) }
