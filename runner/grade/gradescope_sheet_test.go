package grade

import (
	"strings"
	"testing"

	"github.com/grader/grader/schema"
)

func TestExplainGivesTheFirstLineThatSaysSomething(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 1000)
	for name, c := range map[string]struct {
		outcome               schema.Outcome
		message, output, want string
	}{
		"a failed test":     {schema.OutcomeFailed, "", "\n  q1 results:\n  3 is not 4\n", "3 is not 4"},
		"a partial test":    {schema.OutcomePartial, "", "2 of 3", "2 of 3"},
		"headings":          {schema.OutcomeFailed, "", "q1 results:\n", ""},
		"a message":         {schema.OutcomeFailed, "0 / 2 points", "no", "0 / 2 points"},
		"a passed test":     {schema.OutcomePassed, "", "well done", ""},
		"an escape":         {schema.OutcomeFailed, "", "\x1b[31mno\x1b[2J", schema.Sanitize("\x1b[31mno\x1b[2J")},
		"a line of 1000 ch": {schema.OutcomeFailed, "", long, schema.Excerpt(long, maxReason)},
	} {
		r := schema.TestResult{Outcome: c.outcome, Message: c.message, Output: c.output}
		if explain(&r); r.Message != c.want {
			t.Errorf("%s: %q, want %q", name, r.Message, c.want)
		}
	}
}
