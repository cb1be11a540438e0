package report

import (
	"encoding/xml"
	"path"
	"strconv"
	"strings"

	"github.com/grader/grader/schema"
)

// xmlSuite is an open testsuite element: the numbers that it states, and the cases in it.
type xmlSuite struct {
	name          string
	depth         int
	stated        bool // it states its number of cases
	passed        int  // the stated number of passed cases
	counted, here int  // cases in it that passed, and those not in suites below it
}

// newXMLSuite reads the numbers that a suite states.
func newXMLSuite(depth int, attrs []xml.Attr) xmlSuite {
	s := xmlSuite{name: plainQuotes(schema.Excerpt(attribute(attrs, "name"), maxName)), depth: depth}
	tests, err := strconv.Atoi(attribute(attrs, "tests"))
	s.stated, s.passed = err == nil, tests
	for _, other := range []string{"failures", "errors", "skipped", "disabled"} {
		s.passed -= number(attribute(attrs, other))
	}
	s.passed = max(s.passed, 0)
	return s
}

// number parses a number of cases. It returns 0 for invalid text.
func number(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		return 0
	}
	return n
}

// count counts a case of the suite.
func (s *xmlSuite) count(v Verdict) {
	if v == Passed {
		s.counted++
		s.here++
	}
}

// closeSuite compares the number of passed cases in the innermost suite with the number that it
// states. It ignores failures: a suite may state one without a case (cmocka's group setup, Node's
// hooks), or several for one case (pytest's case and its clean-up).
func (r *xmlReport) closeSuite() {
	last := len(r.suite) - 1
	s := r.suite[last]
	r.suite = r.suite[:last]
	if s.stated {
		r.list.Stated = true
		r.list.Misstated = r.list.Misstated || s.counted > s.passed && s.here > s.passed
	}
	if last > 0 {
		r.suite[last-1].counted += s.counted
	}
}

// nodeClass is the class of cases that Node's test runner reports outside of suites. Before
// Node 22 it is the class of all cases.
const nodeClass = "test"

// classOf returns the class of a case. For a case without one, or with Node's, it returns the names
// of the open suites, or else the name of the file that Node states. This distinguishes suites
// whose cases have the same names, even if one of them is missing.
func (r *xmlReport) classOf(c *xmlCase) string {
	if c.class != "" && c.class != nodeClass {
		return c.class
	}
	var names []string
	for _, s := range r.suite {
		if s.name != "" {
			names = append(names, s.name)
		}
	}
	switch {
	case len(names) > 0:
		return strings.Join(names, ".")
	case c.class == nodeClass && c.file != "":
		return path.Base(c.file)
	}
	return c.class
}
