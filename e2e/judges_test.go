package e2e

import (
	"path/filepath"
	"testing"

	"github.com/grader/grader/internal/demo"
	"github.com/grader/grader/schema"
)

// judged is a push to an assignment of testdata/exercises, and its expected result.
type judged struct {
	assignment, push string
	expect           demo.Expect
	says             string
}

// judgements returns pushes to assignments with a checker, a driver and a linter.
func judgements() []judged {
	graded := func(score string, tests map[string]schema.Outcome) demo.Expect {
		return demo.Expect{Outcome: schema.OutcomeGraded, Score: score, Tests: tests}
	}
	return []judged{
		{"any-collatz", "tests/solution", graded("full", nil), "8 / 8"},
		{"any-collatz", "larger", graded("7", map[string]schema.Outcome{"numbers/3": schema.OutcomePartial}), "right, but not the smallest"},
		{"any-collatz", "off", graded("4", map[string]schema.Outcome{"numbers/2": schema.OutcomePassed, "numbers/3": schema.OutcomeFailed}), "takes 10 steps"},
		{"guess", "tests/solution", graded("full", nil), "6 / 6"},
		{"guess", "halving", graded("full", nil), "6 / 6"},
		{"guess", "patient", graded("2", map[string]schema.Outcome{"guesses/1": schema.OutcomePassed, "guesses/2": schema.OutcomeFailed}), "not found in 10 turns"},
		{"guess", "silent", graded("0", map[string]schema.Outcome{"guesses/1": schema.OutcomeTimeLimit}), "still running after 10 s"},
		{"guess", "tests/starter", graded("0", map[string]schema.Outcome{"guesses/1": schema.OutcomeFailed}), "no guess came in turn 1"},
		{"tidy", "tests/solution", graded("full", nil), "6 / 6"},
		{"tidy", "sloppy", graded("4.5", map[string]schema.Outcome{"works": schema.OutcomePassed, "tidy": schema.OutcomeFailed}), "3 findings: 1.5 points off"},
		{"tidy", "awful", graded("4", map[string]schema.Outcome{"works": schema.OutcomePassed}), "2 points off"},
		{"tidy", "tests/starter", graded("0", nil), "0 / 6"},
	}
}

// TestJudges pushes to assignments that are judged by a program of the instructor.
func TestJudges(t *testing.T) {
	t.Parallel()
	needPrograms(t, "gcc", "g++", "javac", "python3")
	c := newRealSchool(t, 3)
	ada := c.enter(t, "ada", schema.RoleInstructor)
	set := map[string]bool{}
	for _, j := range judgements() {
		dir := filepath.Join("testdata", "exercises", j.assignment)
		if !set[j.assignment] {
			set[j.assignment] = true
			c.set(t, ada, j.assignment, filepath.Join(dir, "tests"))
		}
		t.Run(j.assignment+" "+j.push, func(t *testing.T) {
			t.Parallel()
			student := c.enter(t, j.assignment+"-"+filepath.Base(j.push), schema.RoleStudent)
			s, transcript := c.submitDir(t, student, j.assignment, filepath.Join(dir, filepath.FromSlash(j.push)))
			if wrong := j.expect.Mismatch(s); wrong != "" {
				t.Errorf("%s\n%s", wrong, story(s))
			}
			says(t, transcript, j.says)
		})
	}
}
