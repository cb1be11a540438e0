package report

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/grader/grader/schema"
)

// readXML reads the two XML formats. A document that breaks off keeps the cases that
// were complete by then.
func readXML(document []byte, l *List, name func(class, name string) string) error {
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
	list  *List
	name  func(class, name string) string
	path  []string // open elements
	known bool     // the root is one of a report
	open  *xmlCase // the case that is being read
	suite []xmlSuite
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
			return fmt.Errorf("xml: root element %q is no report", schema.Excerpt(element, 40))
		}
	}
	if len(r.path) >= maxDepth {
		return ErrTooLarge
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
	return r.list.add(Case{
		Name: r.name(r.classOf(c), c.name), Verdict: c.verdict, Wall: c.wall,
		Message: strings.TrimSpace(c.message.String()), Output: strings.TrimSpace(junitIdentity.ReplaceAllString(c.text.String(), "")),
	})
}

// end judges a document that was read to its end.
func (r *xmlReport) end() error {
	if !r.known {
		return errors.New("xml: no report in it")
	}
	return nil
}
