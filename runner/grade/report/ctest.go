package report

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"encoding/xml"
	"io"
	"strings"
)

// readCTest reads CTest's Test.xml (ctest -T Test). It also reads the output of ctest
// --output-junit, which is JUnit's XML with the test's name twice.
func readCTest(document []byte, l *List) error {
	return readXML(document, l, func(_, name string) string { return name })
}

// measurement is a named value of a test in Test.xml. The value without a name is the test's
// output.
type measurement struct {
	name    string
	packed  bool // Value is zlib data in base64
	content strings.Builder
}

// startValue records how a Value is encoded. Dashboards (ctest -D) get the output compressed, in a
// format that CTest calls gzip.
func (m *measurement) startValue(attrs []xml.Attr) {
	m.packed = attribute(attrs, "encoding") == "base64" && attribute(attrs, "compression") == "gzip"
	m.content.Reset()
}

// text returns the value, unpacking at most limit bytes. If the value cannot be unpacked, text
// returns it unchanged.
func (m *measurement) text(limit int64) string {
	raw := m.content.String()
	if !m.packed {
		return raw
	}
	packed, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(raw), ""))
	if err != nil {
		return raw
	}
	r, err := zlib.NewReader(bytes.NewReader(packed))
	if err != nil {
		return raw
	}
	defer r.Close()
	text, err := io.ReadAll(io.LimitReader(r, limit))
	if err != nil && len(text) == 0 {
		return raw
	}
	return string(text)
}

// use copies a measurement to a case: its duration, its output, or CTest's reason why the case did
// not pass ("SEGFAULT", "Timeout", "Unable to find executable").
func (m *measurement) use(c *xmlCase) {
	const limit = 2 * maxText
	switch m.name {
	case "":
		c.write(m.text(limit))
	case "Execution Time":
		c.wall = seconds(m.content.String())
	case "Exit Code", "Completion Status":
		if word := m.content.String(); c.verdict != Passed && word != "Failed" && word != "Completed" {
			c.addText(word)
		}
	}
}
