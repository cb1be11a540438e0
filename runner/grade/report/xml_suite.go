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
	name          string
	depth         int
	stated        bool // how many cases it has
	passed        int  // of them, as stated
	counted, here int  // cases in it that passed, and those not in suites below it
}

// newXMLSuite reads what a suite states of itself.
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
	if v == Passed {
		s.counted++
		s.here++
	}
}

// closeSuite compares how many cases passed in the innermost suite with what it states. Failures
// it may state without a case (cmocka's group setup, Node's hooks), or more than once for one (a
// case of pytest's and its clean-up).
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
