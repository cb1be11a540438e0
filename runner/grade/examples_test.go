package grade_test

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/grader/grader/runner/grade"
	"github.com/grader/grader/schema"
)

// documents is the relative path of the documentation.
const documents = "../../docs"

// TestWritingTests grades the examples of docs/writing-tests.md as a gate does. The reference must pass
// every kind of test, and the starter none. The forger must pass only its framework's test.
func TestWritingTests(t *testing.T) {
	t.Parallel()
	need(t, "gcc", "g++", "javac", "python3", "objcopy")
	g := newGrader(t)
	needVariable(t, g, "CMOCKA", "GTEST", "CLASSPATH_JUNIT", "PYTEST")
	examples, err := filepath.Glob(documents + "/examples/*")
	if err != nil || len(examples) != 4 {
		t.Fatalf("%d examples: %v", len(examples), err)
	}
	for _, dir := range examples {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			r, err := g.Grade(context.Background(), grade.Job{Kind: schema.JobGate, Tests: dir, Zone: time.UTC}, nil)
			if err != nil {
				t.Fatal(err)
			}
			if r.Gate == nil || !r.Gate.Passed || len(r.Gate.Samples) != 2 {
				t.Errorf("gate %+v: %s", r.Gate, r.Message)
			}
			points(t, r, "30", "30")
			for _, kind := range []string{"cases/1", "driver"} {
				outcome(t, r, kind, schema.OutcomePassed)
			}
		})
	}
}

// quotation matches a block of the document that names the file which it quotes.
var quotation = regexp.MustCompile("(?ms)^<!-- quotes ([^ ]+) -->\n```[a-z]*\n(.*?)^```$")

// TestWritingTestsQuotesItsExamples checks that the examples in the document are the graded ones.
func TestWritingTestsQuotesItsExamples(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(documents + "/writing-tests.md")
	if err != nil {
		t.Fatal(err)
	}
	quotes := quotation.FindAllStringSubmatch(string(page), -1)
	if len(quotes) < 12 {
		t.Errorf("%d quotations", len(quotes))
	}
	for _, q := range quotes {
		file, err := os.ReadFile(filepath.Join(documents, q[1]))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(file), q[2]) {
			t.Errorf("%s does not hold\n%s", q[1], q[2])
		}
	}
}
