package report

import (
	"bytes"
	"encoding/xml"
	"regexp"
)

// cmocka writes names, messages and output into its XML as they are. repairXML escapes
// them. It knows where they end by what cmocka writes behind them.

// rawName matches the elements of cmocka's that have a name.
var rawName = regexp.MustCompile(`(?m)^(\s*<test(?:case|suite) name=")(.*)(" time="[\d.]+"[^<>\n]*>)\s*$`)

// rawBegin begins a message of cmocka's, and rawEnd matches its end.
const rawBegin = "<![CDATA["

var rawEnd = regexp.MustCompile(`\]\]>\s*</(?:failure|error|skipped|system-out|system-err)>`)

// repairXML returns a document that is not well formed with what cmocka does not escape
// escaped.
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

// escapeName escapes the name of an element.
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
