package grade

import (
	"regexp"
	"strings"

	"github.com/grader/grader/runner/grade/report"
)

// Patterns for failures of SetUpTestSuite and TearDownTestSuite in GoogleTest's output. Its report
// omits them.
var (
	suiteBegin  = regexp.MustCompile(`(?m)^\[----------\] \d+ tests? from (\S+?)(?:, where .*)?\r?$`)
	suiteFailed = regexp.MustCompile(`(?m)^\[  FAILED  \] (\S+: SetUpTestSuite or TearDownTestSuite)\r?$`)
)

// suiteSetUp returns the failed assertion that GoogleTest printed while it set up the suite of a
// case named Suite.case, or "" if it printed none.
func suiteSetUp(output, name string) string {
	text := string(report.WithoutColours([]byte(output)))
	for _, m := range suiteBegin.FindAllStringSubmatchIndex(text, -1) {
		suite := text[m[2]:m[3]]
		if !strings.HasPrefix(name, suite+".") {
			continue
		}
		said, _, _ := strings.Cut(text[m[1]:], "\n[")
		if said = strings.TrimSpace(said); said != "" {
			return "SetUpTestSuite of " + suite + " failed: " + said
		}
	}
	return ""
}

// suiteTearDown names the suites that failed outside their cases, or returns "".
func suiteTearDown(output string) string {
	var all []string
	for _, m := range suiteFailed.FindAllSubmatch(report.WithoutColours([]byte(output)), -1) {
		all = append(all, string(m[1]))
	}
	return strings.Join(all, ", ")
}
