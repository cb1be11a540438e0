package grade

import (
	"regexp"
	"strings"

	"github.com/grader/grader/runner/grade/report"
)

// GoogleTest's report does not contain SetUpTestSuite and TearDownTestSuite; its output does.
var (
	suiteBegin  = regexp.MustCompile(`(?m)^\[----------\] \d+ tests? from (\S+?)(?:, where .*)?\r?$`)
	suiteFailed = regexp.MustCompile(`(?m)^\[  FAILED  \] (\S+: SetUpTestSuite or TearDownTestSuite)\r?$`)
)

// suiteSetUp returns what GoogleTest printed while it set up the suite of a case, which is named
// Suite.case: the assertion that failed there. It returns "" if it printed nothing.
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

// suiteTearDown names the suites that failed outside of their cases, "" if none did.
func suiteTearDown(output string) string {
	var all []string
	for _, m := range suiteFailed.FindAllSubmatch(report.WithoutColours([]byte(output)), -1) {
		all = append(all, string(m[1]))
	}
	return strings.Join(all, ", ")
}
