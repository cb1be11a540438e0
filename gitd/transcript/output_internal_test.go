package transcript

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// TestOutputOfAFailedTest checks that staff see the output of a failed program if the tests are at
// fault, and of every failure if they request it. Students never see it.
func TestOutputOfAFailedTest(t *testing.T) {
	t.Parallel()
	var long strings.Builder
	for n := range 40 {
		fmt.Fprintf(&long, "line %d\n", n)
	}
	staff, student := course.Viewer{Role: schema.RoleInstructor}, course.Viewer{Role: schema.RoleStudent}
	jar := "Error: Unable to access jarfile junit.jar\n\x1b[31m0 tests found"
	for name, c := range map[string]struct {
		viewer  course.Viewer
		options Options
		outcome schema.Outcome
		output  string
		want    []string
	}{
		"of broken tests":               {staff, Options{}, schema.OutcomeGraderError, jar, []string{"output:", "| Error: Unable to access jarfile junit.jar", "| 0 tests found"}},
		"of a failure":                  {staff, Options{}, schema.OutcomeCrashed, jar, nil},
		"of a failure, asked":           {staff, Options{Gate: true}, schema.OutcomeCrashed, "core dumped", []string{"output:", "| core dumped"}},
		"of a pass":                     {staff, Options{Gate: true}, schema.OutcomePassed, jar, nil},
		"of nothing":                    {staff, Options{Gate: true}, schema.OutcomeCrashed, "", nil},
		"long":                          {staff, Options{Gate: true}, schema.OutcomeCrashed, long.String(), append([]string{"output, without its first 25 lines:"}, marked(25, 40)...)},
		"of broken tests, to a student": {student, Options{}, schema.OutcomeGraderError, jar, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			lines := New(course.Access{Viewer: c.viewer}, c.options).Event(schema.Event{Kind: schema.EventTest, Test: &schema.TestResult{
				Name: "units", Test: "units", Outcome: c.outcome, Visible: schema.VisibleAlways, Message: "why", Output: c.output,
			}})
			var got []string
			for _, line := range lines {
				if line = strings.TrimSpace(line); strings.HasPrefix(line, "output") || strings.HasPrefix(line, "|") {
					got = append(got, line)
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// marked returns the marked lines with numbers from from to to-1.
func marked(from, to int) (lines []string) {
	for n := from; n < to; n++ {
		lines = append(lines, fmt.Sprintf("| line %d", n))
	}
	return lines
}

// TestOutputsOfManyTests checks that only the first outputs are shown, however many tests fail.
func TestOutputsOfManyTests(t *testing.T) {
	t.Parallel()
	lines, shown := New(course.Access{Viewer: course.Viewer{Admin: true}}, Options{Gate: true}), 0
	for n := range 100 {
		name := fmt.Sprint("t", n)
		for _, line := range lines.Event(schema.Event{Kind: schema.EventTest, Test: &schema.TestResult{Name: name, Test: name, Outcome: schema.OutcomeCrashed, Output: "boom"}}) {
			if strings.Contains(line, "| boom") {
				shown++
			}
		}
	}
	if shown != maxOutputs {
		t.Errorf("%d outputs are shown, want %d", shown, maxOutputs)
	}
}
