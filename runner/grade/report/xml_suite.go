package report

import (
	"encoding/xml"
	"path"
	"strconv"
	"strings"

	"github.com/grader/grader/schema"
)

// xmlSuite is a testsuite element that is being read: what it states of itself, and what
// is in it.
type xmlSuite struct {
	name                 string
	depth                int
	tests, failures      int // stated; -1 tests where nothing is
	cases, failed, inner int // inner: of the cases, those in suites below this one
}

// newXMLSuite reads what a suite states of itself.
func newXMLSuite(depth int, attrs []xml.Attr) xmlSuite {
	s := xmlSuite{name: plainQuotes(schema.Excerpt(attribute(attrs, "name"), maxName)), depth: depth, tests: -1}
	if n, err := strconv.Atoi(attribute(attrs, "tests")); err == nil {
		s.tests = n
	}
	s.failures = number(attribute(attrs, "failures")) + number(attribute(attrs, "errors"))
	return s
}

// number reads a number of cases; text that is not one is 0.
func number(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		return 0
	}
	return n
}

// count takes a case of the suite into account.
func (s *xmlSuite) count(v Verdict) {
	s.cases++
	if v == Failed {
		s.failed++
	}
}

// closeSuite compares what the innermost suite states with what was in it.
func (r *xmlReport) closeSuite() {
	last := len(r.suite) - 1
	s := r.suite[last]
	r.suite = r.suite[:last]
	if s.tests >= 0 {
		r.list.Stated = true
		// cmocka counts an error in a suite without cases where its setup failed.
		wrong := s.tests != s.cases && s.tests != s.cases-s.inner || s.failures > 0 && s.failed == 0 && s.cases > 0
		r.list.Misstated = r.list.Misstated || wrong
	}
	if last > 0 {
		outer := &r.suite[last-1]
		outer.cases, outer.inner, outer.failed = outer.cases+s.cases, outer.inner+s.cases, outer.failed+s.failed
	}
}

// nodeClass is the class of cases that Node's test runner reports outside of suites. Before
// Node 22 it is the class of all cases.
const nodeClass = "test"

// classOf returns the class of a case. A case without one, or with Node's, gets the names of
// the open suites, or else of the file that Node says it is in. So suites whose cases have
// the same names are told apart when one of them is missing.
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
