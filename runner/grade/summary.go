package grade

import (
	"regexp"
	"strconv"

	"github.com/grader/grader/runner/grade/report"
)

// summary is what the closing words of a framework say, as they stand in its output.
type summary struct {
	stands int  // how often there are any
	passed int  // by the last of them
	begun  bool // the framework said that it began, which GoogleTest does
}

// closingWords matches the lines with which pytest, JUnit's console, GoogleTest and Unity close;
// each names how many cases passed, but for pytest, which leaves out a zero, and Unity, which
// names all and those that did not.
var closingWords = regexp.MustCompile(`(?m)^(?:` +
	`(?:=+ )?((?:\d+ (?:(?:subtests )?x?(?:passed|failed)|(?:subtests )?skipped|deselected|warnings?|errors?|rerun)(?:, )?)+|no tests ran) in [\d.]+s(?: \([\d:]+\))?(?: =+)?` +
	`|\[ +(\d+) tests successful +\]` +
	`|\[  PASSED  \] (\d+) tests?\.` +
	`|(\d+) Tests (\d+) Failures (\d+) Ignored ?` +
	`)\r?$`)

// openingWords matches the line with which GoogleTest begins. A program that closes its standard
// output is the reason why closing words are missing behind it.
var openingWords = regexp.MustCompile(`(?m)^\[==========\] Running \d+ tests? from \d+ test suites?\.\r?$`)

// pytestPasses matches the numbers that pytest's report calls passed.
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

// decimal reads a number of digits; none, or too many, are 0.
func decimal(digits []byte) int {
	n, err := strconv.Atoi(string(digits))
	if err != nil {
		return 0
	}
	return n
}
