package grade

import (
	"regexp"
	"strconv"

	"github.com/grader/grader/runner/grade/report"
)

// summary holds the content of a framework's closing words in its output.
type summary struct {
	stands int  // how often the closing words occur
	passed int  // according to the last closing words
	begun  bool // the framework printed that it began, as GoogleTest does
}

// closingWords matches the last lines of pytest, JUnit's console, GoogleTest and Unity. They
// contain the number of passed cases, with two exceptions: pytest omits a zero, and Unity prints
// the total and the number of cases that did not pass.
var closingWords = regexp.MustCompile(`(?m)^(?:` +
	`(?:=+ )?((?:\d+ (?:(?:subtests )?x?(?:passed|failed)|(?:subtests )?skipped|deselected|warnings?|errors?|rerun)(?:, )?)+|no tests ran) in [\d.]+s(?: \([\d:]+\))?(?: =+)?` +
	`|\[ +(\d+) tests successful +\]` +
	`|\[  PASSED  \] (\d+) tests?\.` +
	`|(\d+) Tests (\d+) Failures (\d+) Ignored ?` +
	`)\r?$`)

// openingWords matches the first line of GoogleTest. A program that closes its standard output loses GoogleTest's closing
// words, so their absence after this line proves nothing.
var openingWords = regexp.MustCompile(`(?m)^\[==========\] Running \d+ tests? from \d+ test suites?\.\r?$`)

// pytestPasses matches the numbers of cases that pytest counts as passed.
var pytestPasses = regexp.MustCompile(`(\d+) x?passed`)

// summaryOf finds the closing words in an output.
func summaryOf(output []byte) summary {
	output = report.WithoutColours(output)
	s := summary{begun: openingWords.Match(output)}
	for _, m := range closingWords.FindAllSubmatch(output, -1) {
		s.stands++
		s.passed = 0
		for _, number := range pytestPasses.FindAllSubmatch(m[1], -1) {
			s.passed += decimal(number[1])
		}
		s.passed += decimal(m[2]) + decimal(m[3]) + decimal(m[4]) - decimal(m[5]) - decimal(m[6])
	}
	return s
}

// decimal parses a number of digits. It returns 0 if there are none, or too many.
func decimal(digits []byte) int {
	n, err := strconv.Atoi(string(digits))
	if err != nil {
		return 0
	}
	return n
}
