package report

import (
	"encoding/xml"
	"strconv"
	"strings"
	"time"
)

// xmlCase is a testcase (JUnit) or Test (CTest) element.
type xmlCase struct {
	depth             int
	class, name, file string
	verdict           Verdict
	todo              bool // it was run although it is marked as to do (Node)
	message, text     strings.Builder
	part              strings.Builder // text of the open element inside the case
	measured          measurement     // CTest's open measurement
	wall              time.Duration
	identity          junitIdentity
}

// newXMLCase reads the attributes of a case.
func newXMLCase(depth int, attrs []xml.Attr) *xmlCase {
	c := &xmlCase{depth: depth, verdict: Passed}
	c.class, c.name, c.file = attribute(attrs, "classname"), plainQuotes(attribute(attrs, "name")), attribute(attrs, "file")
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

// start processes the start of an element inside a case.
func (c *xmlCase) start(element string, attrs []xml.Attr) {
	c.part.Reset()
	switch element {
	case "failure", "error":
		if !c.todo {
			c.verdict = Failed
		}
		c.addText(plainQuotes(attribute(attrs, "message")))
	case "skipped":
		c.todo = attribute(attrs, "type") == "todo"
		if c.verdict == Passed {
			c.verdict = Skipped
		}
		c.addText(plainQuotes(attribute(attrs, "message")))
	case "NamedMeasurement", "Measurement":
		c.measured = measurement{name: attribute(attrs, "name")}
	case "Value":
		c.measured.startValue(attrs)
	}
}

// nameless reports whether the element is not a case. pytest leaves an element empty when the run
// is interrupted. GoogleTest's failures outside cases have no name either, but they count.
func (c *xmlCase) nameless() bool {
	return c.class == "" && c.name == "" && c.verdict != Failed
}

// addText appends to the message.
func (c *xmlCase) addText(text string) {
	if text == "" || c.message.Len() > maxText {
		return
	}
	if c.message.Len() > 0 {
		c.message.WriteByte('\n')
	}
	c.message.WriteString(text)
}

// write appends to the output. The text of each element begins on a new line.
func (c *xmlCase) write(text string) {
	if c.text.Len() > 2*maxText {
		return
	}
	if said := c.text.String(); text != "" && said != "" && !strings.HasSuffix(said, "\n") {
		c.text.WriteByte('\n')
	}
	c.text.WriteString(text)
}

// chars processes text inside the element of a case.
func (c *xmlCase) chars(element, text string) {
	switch element {
	case "failure", "error", "skipped", "system-out", "system-err":
		if c.part.Len() <= 2*maxText {
			c.part.WriteString(text)
		}
	case "Name":
		if len(c.name) < maxTitle {
			c.name += text
		}
	case "Value":
		c.measured.content.WriteString(text)
	}
}

// endElement processes the end of an element inside a case.
func (c *xmlCase) endElement(element string) {
	switch element {
	case "failure", "error", "system-err":
		c.write(c.part.String())
	case "system-out":
		printed, _ := c.identity.read(c.part.String(), c.name)
		c.write(printed)
	case "skipped":
		if c.message.Len() == 0 {
			c.addText(strings.TrimSpace(c.part.String()))
		}
	case "Value":
		c.measured.use(c)
	}
	c.part.Reset()
}

// toCase converts the element to a case with this name.
func (c *xmlCase) toCase(name string) Case {
	text := c.text.String()
	if c.verdict == Failed {
		text = strings.TrimSpace(c.identity.arguments() + "\n" + text)
	}
	return Case{
		Name: withoutControlReferences(name), Verdict: c.verdict, Wall: c.wall,
		Message: withoutControlReferences(strings.TrimSpace(c.message.String())),
		Output:  withoutControlReferences(strings.TrimSpace(text)),
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

// seconds parses a report's duration. It returns 0 for invalid text.
func seconds(text string) time.Duration {
	s, err := strconv.ParseFloat(strings.ReplaceAll(strings.TrimSpace(text), ",", ""), 64)
	if err != nil || !(s > 0 && s < maxWall.Seconds()) {
		return 0
	}
	return time.Duration(s * float64(time.Second))
}
