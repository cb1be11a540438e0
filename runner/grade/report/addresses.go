package report

import (
	"regexp"
	"strings"
)

// Patterns for the ways in which languages print an object's address, which changes with every run:
// Python's "<Stack object at 0x7f8e5b5982d0>", the pointers of Go and C, and Java's
// "Stack@2805d709", a hash that changes too. Shorter numbers may belong to a test.
var (
	pythonObject  = regexp.MustCompile(`(<[^<>\n]{1,200} at )0x[0-9a-fA-F]{4,16}(>|, file )`)
	pythonAddress = regexp.MustCompile(` at 0x[0-9a-fA-F]{4,16}\b`)
	pointer       = regexp.MustCompile(`\b0[xX](?:0000[0-9a-fA-F]{12}|[0-9a-fA-F]{12}|[cC]0[0-9a-fA-F]{8})\b`)
	javaHash      = regexp.MustCompile(`\b((?:[a-zA-Z_$][\w$]*\.)*[A-Z][\w$]*(?:/0x…)?(?:;|\[\])*|\[+[BCDFIJSZ])@[0-9a-f]{5,8}\b`)
)

// withoutObjects returns a text with an ellipsis for each address of a Python object. Other numbers
// stay, because in a text they may be what a test is about.
func withoutObjects(text string) string {
	if !strings.Contains(text, " at 0x") {
		return text
	}
	return pythonObject.ReplaceAllString(text, "${1}0x…${2}")
}

// withoutAddresses returns a name with an ellipsis for each address.
func withoutAddresses(name string) string {
	if strings.Contains(name, "0x") || strings.Contains(name, "0X") {
		name = pythonAddress.ReplaceAllString(name, " at 0x…")
		name = pointer.ReplaceAllString(name, "0x…")
	}
	if strings.Contains(name, "@") {
		name = javaHash.ReplaceAllString(name, "${1}@…")
	}
	return name
}
