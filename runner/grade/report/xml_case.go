package report

import (
	"encoding/xml"
	"strconv"
	"strings"
	"time"

	"github.com/grader/grader/schema"
)

// xmlCase is a testcase (JUnit) or Test (CTest) element.
type xmlCase struct {
	depth         int
	class, name   string
	verdict       Verdict
	message, text strings.Builder
	measurement   string // CTest: name of the open measurement
	wall          time.Duration
}

// newXMLCase reads the attributes of a case.
func newXMLCase(depth int, attrs []xml.Attr) *xmlCase {
	c := &xmlCase{depth: depth, verdict: Passed}
	c.class, c.name = attribute(attrs, "classname"), attribute(attrs, "name")
	c.wall = seconds(attribute(attrs, "time"))
	switch strings.ToLower(attribute(attrs, "status") + attribute(attrs, "Status")) {
	case "failed", "fail":
		c.verdict = Failed
	case "notrun", "disabled", "skipped":
		c.verdict = Skipped
	}
	if attribute(attrs, "result") == "skipped" {
		c.verdict = Skipped
	}
	return c
}

// start notes an element inside a case.
func (c *xmlCase) start(element string, attrs []xml.Attr) {
	switch element {
	case "failure", "error":
		c.verdict = Failed
		c.say(attribute(attrs, "message"))
	case "skipped":
		if c.verdict == Passed {
			c.verdict = Skipped
		}
		c.say(attribute(attrs, "message"))
	case "NamedMeasurement", "Measurement":
		c.measurement = attribute(attrs, "name")
	}
}

// say adds to the message.
func (c *xmlCase) say(text string) {
	if text == "" || c.message.Len() > maxText {
		return
	}
	if c.message.Len() > 0 {
		c.message.WriteByte('\n')
	}
	c.message.WriteString(text)
}

// chars takes text inside the element of a case.
func (c *xmlCase) chars(element, text string) {
	if c.text.Len() > 2*maxText {
		return
	}
	switch element {
	case "failure", "error", "system-out", "system-err":
		c.text.WriteString(text)
	case "Name":
		c.name += schema.Excerpt(text, maxName)
	case "Value":
		switch c.measurement {
		case "Execution Time":
			c.wall = seconds(text)
		case "":
			c.text.WriteString(text)
		}
	}
}

func attribute(attrs []xml.Attr, name string) string {
	for _, a := range attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// seconds parses a report's duration; what is none is 0.
func seconds(text string) time.Duration {
	s, err := strconv.ParseFloat(strings.ReplaceAll(strings.TrimSpace(text), ",", ""), 64)
	if err != nil || !(s > 0 && s < maxWall.Seconds()) {
		return 0
	}
	return time.Duration(s * float64(time.Second))
}
