package grade_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/grader/grader/runner/sandbox"
	"github.com/grader/grader/schema"
)

// sayArguments accepts every output, and prints the names of its files, its flags, and the content of the files.
const sayArguments = `
import os, sys
names, held = [], []
for word in sys.argv[1:]:
    names.append(os.path.basename(word.rstrip("/")))
    if os.path.isfile(word): held.append(open(word).read().strip())
    if os.path.isdir(word): feedback = word
assert feedback.endswith("/"), feedback
with open(feedback + "message.txt", "w") as f: f.write(" ".join(names) + " | " + " ".join(held))
sys.exit(42)
`

// TestCommandsOfCheckersAndDrivers checks the order of arguments: first the words of the command, then
// INPUT ANSWER FEEDBACK_DIR, then flags.
func TestCommandsOfCheckersAndDrivers(t *testing.T) {
	t.Parallel()
	need(t, "python3", "sh")
	g := newGrader(t)
	for judge, want := range map[string]string{
		"checker: [python3, check.py]":                                                  "1.in 1.ans feedback | question answer",
		"checker: [python3, -u, check.py]":                                              "1.in 1.ans feedback | question answer",
		"checker: [python3, $PREPARED/check.py]":                                        "1.in 1.ans feedback | question answer",
		"checker: [env, X=1, python3, check.py]":                                        "1.in 1.ans feedback | question answer",
		`checker: [sh, -c, 'exec python3 check.py "$@"', sh]`:                           "1.in 1.ans feedback | question answer",
		"checker: python3 check.py":                                                     "1.in 1.ans feedback | question answer",
		"checker: [python3, check.py], flags: [strict, $PREPARED/w]":                    "1.in 1.ans feedback strict w | question answer word",
		"checker: python3 check.py, flags: [strict, '$HOMELESS']":                       "1.in 1.ans feedback strict $HOMELESS | question answer",
		"checker: [python3, check.py, first], flags: [last]":                            "first 1.in 1.ans feedback last | question answer",
		"driver: [python3, check.py]":                                                   "1.in 1.ans feedback | question answer",
		"driver: [python3, -u, $PREPARED/check.py], flags: ['7']":                       "1.in 1.ans feedback 7 | question answer",
		"driver: [python3, check.py, first], flags: []":                                 "first 1.in 1.ans feedback | question answer",
		`driver: 'exec python3 "$PREPARED/check.py" "$@" behind', flags: [$PREPARED/w]`: "1.in 1.ans feedback w behind | question answer word",
	} {
		t.Run(judge, func(t *testing.T) {
			t.Parallel()
			tests := files{
				"assignment.yaml": "title: T\nprepare: [{run: 'cp check.py $PREPARED/; echo word >$PREPARED/w'}]\ntests: [{name: t, run: 'true', cases: io/*.in, " + judge + "}]\n",
				"check.py":        sayArguments, "io/1.in": "question\n", "io/1.ans": "answer\n",
			}
			got := outcome(t, gradeFiles(t, g, tests.write(t), files{"a": ""}), "t/1", schema.OutcomePassed)
			if !strings.HasPrefix(got.Message, want) {
				t.Errorf("arguments %q, want %q", got.Message, want)
			}
		})
	}
}

// TestCheckerGetsInlineInputAndAnswer checks that the checker of a test without cases gets the
// test's own input and answer.
func TestCheckerGetsInlineInputAndAnswer(t *testing.T) {
	t.Parallel()
	need(t, "python3")
	g := newGrader(t)
	for keys, want := range map[string]string{
		"stdin: a question, stdout: an answer":                "input answer feedback | a question an answer",
		"stdin_file: io/1.in, stdout_file: io/1.ans":          "1.in 1.ans feedback | question answer",
		"stdin: a question":                                   "input answer feedback | a question",
		"stdout_file: io/1.ans":                               "input 1.ans feedback |  answer",
		"stdin: a question, stdout: an answer, flags: [more]": "input answer feedback more | a question an answer",
	} {
		tests := files{
			"assignment.yaml": "title: T\ntests: [{name: t, run: cat, checker: [python3, check.py], " + keys + "}]\n",
			"check.py":        sayArguments, "io/1.in": "question\n", "io/1.ans": "answer\n",
		}
		got := outcome(t, gradeFiles(t, g, tests.write(t), files{"a": ""}), "t", schema.OutcomePassed)
		if got.Message != want {
			t.Errorf("{%s}: arguments %q, want %q", keys, got.Message, want)
		}
	}
}

// TestFeedbackOfCheckersAndDrivers checks that the files for students become the message, that the files for staff are
// kept separately, and that there is a default message.
func TestFeedbackOfCheckersAndDrivers(t *testing.T) {
	t.Parallel()
	need(t, "sh")
	g := newGrader(t)
	const rejectedOutput = "the checker rejected the output; it gave no reason"
	const rejectedAnswers = "the driver rejected what the program answered; it gave no reason"
	for name, test := range map[string]struct {
		kind, script   string
		want           schema.Outcome
		message, judge string
	}{
		"right, in silence":          {"checker", "exit 42", schema.OutcomePassed, "", ""},
		"wrong, in silence":          {"checker", "exit 43", schema.OutcomeFailed, rejectedOutput, ""},
		"driver, in silence":         {"driver", "exit 43", schema.OutcomeFailed, rejectedAnswers, ""},
		"no points, in silence":      {"checker", "echo 0 >$3/score.txt; exit 42", schema.OutcomeFailed, rejectedOutput, ""},
		"half, in silence":           {"driver", "echo 0.5 >$3/score.txt; exit 42", schema.OutcomePartial, "the driver gave a part of the points; it gave no reason", ""},
		"an empty message":           {"checker", ": >$3/message.txt; exit 43", schema.OutcomeFailed, rejectedOutput, ""},
		"for students":               {"checker", "echo no >$3/message.txt; exit 43", schema.OutcomeFailed, "no", ""},
		"for students, as ICPC":      {"driver", "echo no >$3/teammessage.txt; exit 43", schema.OutcomeFailed, "no", ""},
		"for staff alone":            {"checker", "echo secret >$3/judgemessage.txt; exit 43", schema.OutcomeFailed, rejectedOutput, "secret"},
		"for both":                   {"driver", "echo no >$3/message.txt; echo secret >$3/judgemessage.txt; exit 43", schema.OutcomeFailed, "no", "secret"},
		"for staff of what is right": {"checker", "echo secret >$3/judgemessage.txt; exit 42", schema.OutcomePassed, "", "secret"},
		"a crash": {"checker", "grep -q reference && exit 42; echo trace >&2; exit 1", schema.OutcomeFailed,
			"the checker could not make sense of the output", "checker: exit status 1, expected 42 or 43\ntrace"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tests := files{
				"assignment.yaml": fmt.Sprintf("title: T\nsolution: solution/\ntests: [{name: t, run: cat a, %s: [sh, judge.sh]}]\n", test.kind),
				"judge.sh":        test.script + "\n", "solution/a": "reference\n",
			}
			got := outcome(t, gradeFiles(t, g, tests.write(t), files{"a": "student\n"}), "t", test.want)
			if got.Message != test.message || strings.TrimSpace(got.JudgeMessage) != test.judge {
				t.Errorf("message %q, want %q; for staff %q, want %q", got.Message, test.message, got.JudgeMessage, test.judge)
			}
		})
	}
}

// TestDriverVerdictIsDeterministic checks that the verdict does not depend on which program is examined first. A program that
// crashes before its driver ends has crashed; one that ends because the driver ended has not.
func TestDriverVerdictIsDeterministic(t *testing.T) {
	t.Parallel()
	need(t, "sh")
	tests := files{
		"assignment.yaml": `
title: T
limits: {time: 5s, wall: 20s}
tests:
  - {name: reads nothing, run: exit 1, driver: [sh, reads.sh]}
  - {name: reads nothing of a signal, run: kill -SEGV $$, driver: [sh, reads.sh]}
  - {name: reads nothing and writes, run: exit 1, driver: [sh, writes.sh]}
  - {name: nothing to read, run: exit 0, driver: [sh, reads.sh]}
  - {name: ends because of the driver, run: "read line || exit 1", driver: [sh, leaves.sh]}
  - {name: dies because of the driver, run: "while echo line; do :; done", driver: [sh, leaves.sh]}
`,
		"reads.sh":  "read line && exit 42\nexit 43\n",
		"writes.sh": "read line\nkill -PIPE $$\n",
		"leaves.sh": "exit 43\n",
	}.write(t)
	want := map[string]schema.Outcome{
		"reads nothing": schema.OutcomeCrashed, "reads nothing of a signal": schema.OutcomeCrashed, "reads nothing and writes": schema.OutcomeCrashed,
		"nothing to read": schema.OutcomeFailed, "ends because of the driver": schema.OutcomeFailed, "dies because of the driver": schema.OutcomeFailed,
	}
	for _, level := range []sandbox.Level{sandbox.LevelNamespace, sandbox.LevelUID} {
		t.Run(string(level), func(t *testing.T) {
			t.Parallel()
			if level == sandbox.LevelUID && os.Getuid() != 0 {
				t.Skip("level uid needs root")
			}
			g := newGraderAt(t, level)
			messages := map[string]string{}
			for n := range 15 {
				r := gradeFiles(t, g, tests, files{"a": ""})
				for name, outcome := range want {
					got := byName(t, r, name)
					if n == 0 {
						messages[name] = got.Message
					}
					if got.Outcome != outcome || got.Message != messages[name] {
						t.Fatalf("%s, grading %d: %s, %q; want %s, %q", name, n, got.Outcome, got.Message, outcome, messages[name])
					}
				}
			}
		})
	}
}
