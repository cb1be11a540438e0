package report

import (
	"bytes"
	"encoding/xml"
	"regexp"
)

// cmocka writes names, messages and output into its XML without escaping them. repairXML escapes
// them. It finds their ends by the text that cmocka writes after them.

// rawName matches cmocka's elements that have a name.
var rawName = regexp.MustCompile(`(?m)^(\s*<test(?:case|suite) name=")(.*)(" time="[\d.]+"[^<>\n]*>)\s*$`)

// rawBegin begins a cmocka message, and rawEnd matches its end.
const rawBegin = "<![CDATA["

var rawEnd = regexp.MustCompile(`\]\]>\s*</(?:failure|error|skipped|system-out|system-err)>`)

// repairXML escapes what cmocka did not in a document that is not well-formed.
func repairXML(document []byte) []byte {
	var repaired bytes.Buffer
	for {
		before, after, found := bytes.Cut(document, []byte(rawBegin))
		repaired.Write(rawName.ReplaceAllFunc(before, escapeName))
		if !found {
			return repaired.Bytes()
		}
		end := rawEnd.FindIndex(after)
		if end == nil {
			end = []int{len(after), len(after)}
		}
		repaired.WriteString(rawBegin)
		repaired.Write(bytes.ReplaceAll(after[:end[0]], []byte("]]>"), []byte("]]]]>"+rawBegin+">")))
		document = after[end[0]:]
	}
}

// escapeName escapes the name in an element.
func escapeName(element []byte) []byte {
	m := rawName.FindSubmatch(element)
	var escaped bytes.Buffer
	escaped.Write(m[1])
	if xml.EscapeText(&escaped, m[2]) != nil {
		return element
	}
	escaped.Write(m[3])
	return escaped.Bytes()
}
