package grade_test

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/grader/grader/runner/grade"
	"github.com/grader/grader/runner/sandbox"
	"github.com/grader/grader/schema"
)

// TestLevels grades one assignment of each kind at every level that is made for real students.
func TestLevels(t *testing.T) {
	t.Parallel()
	for _, level := range []sandbox.Level{sandbox.LevelNamespace, sandbox.LevelUID} {
		t.Run(string(level), func(t *testing.T) {
			if level == sandbox.LevelUID && os.Getuid() != 0 {
				t.Skip("level uid needs root")
			}
			g := newGraderAt(t, level)
			submit := func(name string, tests, submission files, want string) {
				t.Run(name, func(t *testing.T) {
					dir := tests.write(t)
					start := time.Now()
					r, err := g.Grade(context.Background(), grade.Job{Kind: schema.JobGrade, Tests: dir, Submission: submission.write(t)}, nil)
					if err != nil {
						t.Fatal(err)
					}
					t.Logf("%s: %s", name, time.Since(start))
					points(t, r, want, want)
					if r.Provenance.Wall != string(level) {
						t.Errorf("wall %q", r.Provenance.Wall)
					}
				})
			}
			need(t, "gcc", "python3", "javac")
			needVariable(t, g, "CLASSPATH_JUNIT", "PYTEST")
			submit("C", adder, files{"add.c": rightAdder}, "6")
			submit("Python, with a checker", pairs, files{"pair.py": "print(1, int(input()) - 1)\n"}, "4")
			submit("Python, with a driver", guessing, files{"guess.py": rightGuess}, "5")
			submit("pytest", words, files{"words.py": rightWords}, "3")
			submit("JUnit", stack, files{"src/Stack.java": rightStack}, "6")
		})
	}
}
