package grade

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/grader/grader/schema"
)

// readJUnit reads JUnit's XML: testsuites, testsuite (nested or not), testcase. Cases
// are named classname.name, without the parentheses that JUnit 5 puts after methods.
func readJUnit(document []byte, l *caseList) error {
	return readXML(document, l, nameJUnit)
}

// nameJUnit names a case of JUnit's XML.
func nameJUnit(class, name string) string {
	name = strings.TrimSuffix(name, "()")
	if class == "" {
		return name
	}
	return class + "." + name
}

// readXML reads the two XML formats. A document that breaks off keeps the cases that
// were complete by then.
func readXML(document []byte, l *caseList, name func(class, name string) string) error {
	d := xml.NewDecoder(bytes.NewReader(legalXML(document)))
	d.Strict = false
	r := xmlReport{list: l, name: name}
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return r.end()
		}
		if err != nil {
			return fmt.Errorf("xml: %w", err)
		}
		if err := r.take(token); err != nil {
			return err
		}
	}
}

// xmlReport follows the elements of a JUnit or CTest document.
type xmlReport struct {
	list  *caseList
	name  func(class, name string) string
	path  []string // open elements
	known bool     // the root is one of a report
	open  *xmlCase // the case that is being read
	suite []xmlSuite
}

// xmlCase is a testcase (JUnit) or Test (CTest) element.
type xmlCase struct {
	depth         int
	class, name   string
	verdict       verdict
	message, text strings.Builder
	measurement   string // CTest: name of the open measurement
	wall          time.Duration
}

// take follows one token.
func (r *xmlReport) take(token xml.Token) error {
	switch t := token.(type) {
	case xml.StartElement:
		return r.start(t)
	case xml.EndElement:
		return r.close()
	case xml.CharData:
		if r.open != nil {
			r.open.chars(r.path[len(r.path)-1], string(t))
		}
	}
	return nil
}

// start opens an element.
func (r *xmlReport) start(t xml.StartElement) error {
	element := t.Name.Local
	if len(r.path) == 0 {
		switch element {
		case "testsuites", "testsuite", "Site":
			r.known = true
		default:
			return fmt.Errorf("xml: root element %q is no report", clip(element, 40))
		}
	}
	if len(r.path) >= maxReportDepth {
		return errReportCap
	}
	r.path = append(r.path, element)
	switch {
	case r.open != nil:
		r.open.start(element, t.Attr)
	case element == "testsuite":
		r.suite = append(r.suite, newXMLSuite(len(r.path), t.Attr))
	case element == "testcase" || element == "Test" && attribute(t.Attr, "Status") != "":
		r.open = newXMLCase(len(r.path), t.Attr)
	}
	return nil
}

// close closes the innermost element.
func (r *xmlReport) close() error {
	depth := len(r.path)
	r.path = r.path[:depth-1]
	if n := len(r.suite); n > 0 && r.suite[n-1].depth == depth {
		r.closeSuite()
	}
	if r.open == nil || r.open.depth != depth {
		return nil
	}
	c := r.open
	r.open = nil
	if n := len(r.suite); n > 0 {
		r.suite[n-1].count(c.verdict)
	}
	return r.list.add(reportCase{
		name: r.name(r.classOf(c), c.name), verdict: c.verdict, wall: c.wall,
		message: strings.TrimSpace(c.message.String()), output: strings.TrimSpace(junitIdentity.ReplaceAllString(c.text.String(), "")),
	})
}

// junitIdentity matches what the JUnit platform writes into every case's output: its own
// names for the case, which say nothing to people.
var junitIdentity = regexp.MustCompile(`(?m)^unique-id: \[engine:.*\n(display-name: .*\n?)?`)

// end judges a document that was read to its end.
func (r *xmlReport) end() error {
	if !r.known {
		return errors.New("xml: no report in it")
	}
	return nil
}

// newXMLCase reads the attributes of a case.
func newXMLCase(depth int, attrs []xml.Attr) *xmlCase {
	c := &xmlCase{depth: depth, verdict: verdictPassed}
	c.class, c.name = attribute(attrs, "classname"), attribute(attrs, "name")
	c.wall = seconds(attribute(attrs, "time"))
	switch strings.ToLower(attribute(attrs, "status") + attribute(attrs, "Status")) {
	case "failed", "fail":
		c.verdict = verdictFailed
	case "notrun", "disabled", "skipped":
		c.verdict = verdictSkipped
	}
	if attribute(attrs, "result") == "skipped" {
		c.verdict = verdictSkipped
	}
	return c
}

// start notes an element inside a case.
func (c *xmlCase) start(element string, attrs []xml.Attr) {
	switch element {
	case "failure", "error":
		c.verdict = verdictFailed
		c.say(attribute(attrs, "message"))
	case "skipped":
		if c.verdict == verdictPassed {
			c.verdict = verdictSkipped
		}
		c.say(attribute(attrs, "message"))
	case "NamedMeasurement", "Measurement":
		c.measurement = attribute(attrs, "name")
	}
}

// say adds to the message.
func (c *xmlCase) say(text string) {
	if text == "" || c.message.Len() > maxCaseText {
		return
	}
	if c.message.Len() > 0 {
		c.message.WriteByte('\n')
	}
	c.message.WriteString(text)
}

// chars takes text inside the element of a case.
func (c *xmlCase) chars(element, text string) {
	if c.text.Len() > 2*maxCaseText {
		return
	}
	switch element {
	case "failure", "error", "system-out", "system-err":
		c.text.WriteString(text)
	case "Name":
		c.name += clip(text, maxCaseName)
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
	if err != nil || !(s > 0 && s < maxCaseWall.Seconds()) {
		return 0
	}
	return time.Duration(s * float64(time.Second))
}

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
