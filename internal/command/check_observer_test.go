package command

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/course"
	"github.com/grader/grader/gitd/transcript"
	"github.com/grader/grader/schema"
)

// TestCheckShowsWhatStaffRead shows a test whose autograder printed why it left no results, and one without such a message.
func TestCheckShowsWhatStaffRead(t *testing.T) {
	t.Parallel()
	const failed = "FAIL  0/10  autograder                                      0 ms\n           the autograder left no results/results.json\n"
	for name, c := range map[string]struct {
		verbose bool
		message string
		want    string
	}{
		"verbose":                 {true, "Traceback:\nNo module named \x1b[1m'yaml'\n", failed + "           for staff:\n           | Traceback:\n           | No module named 'yaml'\n"},
		"not verbose":             {false, "Traceback:\nNo module named 'yaml'\n", failed},
		"verbose, and no message": {true, "", failed},
	} {
		out := &bytes.Buffer{}
		o := &checkObserver{out: out, verbose: c.verbose, transcript: transcript.New(course.Access{Viewer: course.Viewer{Admin: true}}, transcript.Options{Verbose: c.verbose})}
		o.Test(schema.TestResult{Name: "autograder", Outcome: schema.OutcomeFailed, MaxScore: schema.NewPoints(10, 1), Message: "the autograder left no results/results.json", JudgeMessage: c.message})
		if diff := cmp.Diff(c.want, out.String()); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}
