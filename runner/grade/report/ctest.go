package report

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"encoding/xml"
	"io"
	"strings"
)

// readCTest reads CTest's Test.xml (ctest -T Test) and what ctest --output-junit
// writes, which is JUnit's XML with the test's name twice.
func readCTest(document []byte, l *List) error {
	return readXML(document, l, func(_, name string) string { return name })
}

// measurement is a named value of a test in Test.xml. The one without a name is the
// test's output.
type measurement struct {
	name    string
	packed  bool // Value is the base64 of zlib's format
	content strings.Builder
}

// startValue notes how a Value is encoded. Dashboards (ctest -D) get the output compressed,
// and CTest calls that gzip.
func (m *measurement) startValue(attrs []xml.Attr) {
	m.packed = attribute(attrs, "encoding") == "base64" && attribute(attrs, "compression") == "gzip"
	m.content.Reset()
}

// text returns the value, of which at most limit bytes are unpacked. What cannot be
// unpacked stays as it is.
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

// use puts a measurement on a case: how long it took, what it printed, and what CTest says
// of a case that did not pass ("SEGFAULT", "Timeout", "Unable to find executable").
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
