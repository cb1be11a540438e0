package grade_test

import (
	"context"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/grader/grader/runner/grade"
	"github.com/grader/grader/schema"
)

// exampleFile matches a block of docs/migrating.md that contains a file of an example.
var exampleFile = regexp.MustCompile("(?ms)^<!-- file ([a-z0-9]+)/([^ ]+) -->\n```[a-z]*\n(.*?)^```$")

// TestMigratingExamples grades the examples of docs/migrating.md as a gate does.
func TestMigratingExamples(t *testing.T) {
	t.Parallel()
	need(t, "gcc", "make", "python3", "javac")
	g := newGrader(t)
	needVariable(t, g, "PYTEST", "CLASSPATH_JUNIT")
	page, err := os.ReadFile(documents + "/migrating.md")
	if err != nil {
		t.Fatal(err)
	}
	examples := map[string]files{}
	for _, m := range exampleFile.FindAllStringSubmatch(string(page), -1) {
		if examples[m[1]] == nil {
			examples[m[1]] = files{}
		}
		examples[m[1]][m[2]] = m[3]
	}
	for name, most := range map[string]string{"autolab": "10", "prairielearn": "10", "check50": "3", "pytest": "4", "maven": "4", "gradle": "2"} {
		example := examples[name]
		delete(examples, name)
		t.Run(name, func(t *testing.T) {
			r, err := g.Grade(context.Background(), grade.Job{Kind: schema.JobGate, Tests: example.write(t), Zone: time.UTC}, nil)
			if err != nil {
				t.Fatal(err)
			}
			if r.Gate == nil || !r.Gate.Passed || len(r.Gate.Samples) != 1 {
				t.Errorf("gate %+v: %s", r.Gate, r.Message)
			}
			points(t, r, most, most)
			if slices.ContainsFunc(r.Tests, func(e schema.TestResult) bool { return e.Outcome != schema.OutcomePassed }) {
				t.Errorf("%s", strings.Join(names(r), " "))
			}
		})
	}
	if len(examples) > 0 {
		t.Errorf("examples that are not graded: %v", examples)
	}
}
