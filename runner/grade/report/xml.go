package report

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/grader/grader/schema"
)

// ErrNotReport reports that a well-formed document is not a report of the format.
var ErrNotReport = errors.New("not a report")

// xmlNaming returns the name of a case from its class and its own name.
type xmlNaming func(class, name string) string

// readXML reads the two XML formats. It keeps the complete cases of a truncated document.
func readXML(document []byte, l *List, name xmlNaming) error {
	text, err := decodeXML(document)
	if err != nil {
		return err
	}
	text = legalXML(text)
	l.Cases = slices.Clip(l.Cases) // so that a second attempt does not change the cases of the first
	before := *l
	err = parseXML(text, l, name)
	if !errors.As(err, new(*xml.SyntaxError)) {
		return err
	}
	repaired := repairXML(text)
	if bytes.Equal(repaired, text) {
		return err
	}
	first := *l
	*l = before
	if parseXML(repaired, l, name) == nil {
		return nil
	}
	*l = first
	return err
}

// parseXML reads a document in UTF-8.
func parseXML(text []byte, l *List, name xmlNaming) error {
	d := xml.NewDecoder(bytes.NewReader(text))
	d.Strict = false
	d.CharsetReader = func(_ string, input io.Reader) (io.Reader, error) { return input, nil }
	r := xmlReport{list: l, name: name}
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return r.finish()
		}
		if err != nil {
			return fmt.Errorf("xml: %w", err)
		}
		if err := r.handleToken(token); err != nil {
			return err
		}
	}
}

// xmlReport collects the cases of a JUnit or CTest document.
type xmlReport struct {
	list  *List
	name  xmlNaming
	path  []string // open elements
	known bool     // the root element is a report's
	open  *xmlCase // the current case
	suite []xmlSuite
}

// handleToken processes one token.
func (r *xmlReport) handleToken(token xml.Token) error {
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
			return fmt.Errorf("xml: the root element is %q: %w", schema.Excerpt(element, 40), ErrNotReport)
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
	element := r.path[depth-1]
	r.path = r.path[:depth-1]
	if n := len(r.suite); n > 0 && r.suite[n-1].depth == depth {
		r.closeSuite()
	}
	switch {
	case r.open == nil:
		return nil
	case r.open.depth < depth:
		r.open.endElement(element)
		return nil
	}
	c := r.open
	r.open = nil
	if c.nameless() {
		return nil
	}
	if n := len(r.suite); n > 0 {
		r.suite[n-1].count(c.verdict)
	}
	return r.list.add(c.toCase(r.name(r.classOf(c), c.identity.title(c.name))))
}

// finish checks a document that was read to its end.
func (r *xmlReport) finish() error {
	if !r.known {
		return errors.New("xml: the document is empty")
	}
	return nil
}
