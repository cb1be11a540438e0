package report

import (
	"encoding/xml"
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
	s := xmlSuite{name: schema.Excerpt(attribute(attrs, "name"), maxName), depth: depth, tests: -1}
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
		wrong := s.tests != s.cases && s.tests != s.cases-s.inner || s.failures > 0 && s.failed == 0
		r.list.Misstated = r.list.Misstated || wrong
	}
	if last > 0 {
		outer := &r.suite[last-1]
		outer.cases, outer.inner, outer.failed = outer.cases+s.cases, outer.inner+s.cases, outer.failed+s.failed
	}
}

// nodeClass is the class of every case that Node's test runner reports.
const nodeClass = "test"

// classOf returns the class of a case, the open suites where that is none.
func (r *xmlReport) classOf(c *xmlCase) string {
	if c.class != nodeClass || len(r.suite) == 0 {
		return c.class
	}
	names := make([]string, len(r.suite))
	for i, s := range r.suite {
		names[i] = s.name
	}
	return strings.Join(names, ".")
}
