package grade

import (
	"fmt"
	"regexp"

	"github.com/grader/grader/schema/assignment"
)

// comparison decides whether an output is right. Its differ function returns "" if it is, and
// otherwise the first difference in words that are safe to print. Every comparison takes linear
// time for any input, and reads each byte a bounded number of times.
type comparison struct {
	differ func(expected, got []byte) string
}

// newComparison prepares the comparison of one test.
func newComparison(c assignment.Compare) (comparison, error) {
	switch c.Mode {
	case assignment.CompareLines, "":
		return comparison{differLines}, nil
	case assignment.CompareExact:
		return comparison{differExact}, nil
	case assignment.CompareTokens:
		return comparison{tokenRule{ignoreCase: c.IgnoreCase, exactSpace: c.ExactSpace}.differ}, nil
	case assignment.CompareFloat:
		return comparison{tokenRule{ignoreCase: c.IgnoreCase, exactSpace: c.ExactSpace, tolerance: &tolerance{c.Abs, c.Rel}}.differ}, nil
	case assignment.CompareRegex:
		return newRegexComparison(c.Regex)
	case assignment.CompareTrimmed:
		return comparison{differTrimmed}, nil
	case assignment.CompareContains:
		return comparison{differContained}, nil
	case assignment.CompareSearch:
		return newSearch(c.Regex)
	}
	return comparison{}, fmt.Errorf("unknown way to compare %q", c.Mode)
}

// newRegexComparison anchors the pattern, which is the expected output, to the whole output.
func newRegexComparison(pattern string) (comparison, error) {
	re, err := regexp.Compile(`\A(?:` + pattern + `)\z`)
	if err != nil {
		return comparison{}, fmt.Errorf("regex: %w", err)
	}
	return comparison{func(_, got []byte) string {
		if re.Match(got) {
			return ""
		}
		return fmt.Sprintf("expected a match of %s, got %s", quoteAt([]byte(pattern), 0), quoteAt(got, 0))
	}}, nil
}
