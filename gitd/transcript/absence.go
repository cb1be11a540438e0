package transcript

import (
	"fmt"

	"github.com/grader/grader/schema"
)

// absence counts the tests that were not run or not reported for one reason. A line for each test
// would repeat the reason.
type absence struct {
	word, of string
	reason   string
	tests    int
	first    string
}

// countAbsent counts a test that was not run or not reported.
func (t *Transcript) countAbsent(r *schema.TestResult) {
	what := absence{word: outcomeWord(r.Outcome), reason: reason(r), tests: 1, first: r.Name}
	if r.Outcome == schema.OutcomeMissing {
		what.of = " of " + OneLine(r.Test)
	}
	for i, a := range t.absent {
		if a.word == what.word && a.of == what.of && a.reason == what.reason {
			t.absent[i].tests++
			return
		}
	}
	t.absent = append(t.absent, what)
}

// absences returns the tests that were not run or not reported, in a line or two for each reason.
func (t *Transcript) absences() []string {
	var out []string
	for _, a := range t.absent {
		what := fmt.Sprintf("%d tests%s", a.tests, a.of)
		if a.tests == 1 {
			what = OneLine(a.first)
		}
		out = append(out, TruncateName(a.word+"  ", what, Width))
		out = append(out, details(a.reason, 2)...)
	}
	return out
}
