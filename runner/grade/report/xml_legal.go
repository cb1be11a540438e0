package report

import (
	"regexp"
	"strconv"

	"github.com/grader/grader/schema"
)

// characterReference matches XML's numeric character references.
var characterReference = regexp.MustCompile(`&#(?:[xX][0-9A-Fa-f]{1,8}|[0-9]{1,10});`)

// legalXML replaces what a student's output may bring into a report and XML does not
// allow: control characters, raw or as references, and invalid UTF-8.
func legalXML(document []byte) []byte {
	text := schema.Sanitize(string(document))
	return characterReference.ReplaceAllFunc([]byte(text), func(ref []byte) []byte {
		digits, base := string(ref[2:len(ref)-1]), 10
		if digits[0] == 'x' || digits[0] == 'X' {
			digits, base = digits[1:], 16
		}
		code, err := strconv.ParseUint(digits, base, 32)
		if err != nil || code < 0x20 && code != 9 && code != 10 && code != 13 || code > 0x10ffff || code >= 0xd800 && code < 0xe000 || code == 0xfffe || code == 0xffff {
			return []byte("�")
		}
		return ref
	})
}
