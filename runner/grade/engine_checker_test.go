package grade_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/grader/grader/course"
	"github.com/grader/grader/runner/grade"
	"github.com/grader/grader/schema"
)

// pairs is an assignment with a Python checker that accepts any two numbers with the given sum.
var pairs = files{
	"assignment.yaml": `
title: Pairs
limits: {time: 5s, memory: 128MiB}
solution: solution/
prepare:
  - {run: "cp checkers/check.py $PREPARED/check && chmod +x $PREPARED/check"}
tests:
  - name: pairs
    run: python3 pair.py
    cases: io/*.in
    checker: [$PREPARED/check]
    flags: [strict]
    points: 4
`,
	"checkers/check.py": `#!/usr/bin/python3
import os, sys
want = int(open(sys.argv[1]).read())
answer = open(sys.argv[2]).read()
assert sys.argv[4] == "strict" and os.path.isdir(sys.argv[3])
text = sys.stdin.read()
if "boom" in text: sys.exit(1)
a, b = map(int, text.split())
with open(os.path.join(sys.argv[3], "message.txt"), "w") as f: f.write("%d + %d = %d\x1b[31m" % (a, b, a + b))
if a + b != want: sys.exit(43)
if a == 0:
    with open(os.path.join(sys.argv[3], "score.txt"), "w") as f: f.write("0.25\n")
sys.exit(42)
`,
	"io/1.in": "5\n", "io/1.ans": "2 3\n",
	"io/2.in": "9\n", "io/2.ans": "4 5\n",
	"solution/pair.py": "n = int(input())\nprint(n - 1, 1)\n",
}

func TestChecker(t *testing.T) {
	t.Parallel()
	need(t, "python3")
	g := newGrader(t)
	tests := pairs.write(t)
	submit := func(t *testing.T, body string) schema.Result {
		t.Helper()
		return gradeFiles(t, g, tests, files{"pair.py": body})
	}
	t.Run("right", func(t *testing.T) {
		r := submit(t, "n = int(input())\nprint(1, n - 1)\n")
		points(t, r, "4", "4")
		if got := byName(t, r, "pairs/1").Message; got != "1 + 4 = 5�[31m" {
			t.Errorf("message %q", got)
		}
	})
	t.Run("wrong", func(t *testing.T) {
		r := submit(t, "print(2, 3)\n")
		points(t, r, "2", "4")
		if got := outcome(t, r, "pairs/2", schema.OutcomeFailed).Message; !strings.HasPrefix(got, "2 + 3 = 5") {
			t.Errorf("message %q", got)
		}
	})
	t.Run("partly", func(t *testing.T) {
		r := submit(t, "print(0, int(input()))\n")
		points(t, r, "1", "4")
		outcome(t, r, "pairs/1", schema.OutcomePartial)
	})
	t.Run("crashes the checker", func(t *testing.T) {
		r := submit(t, "print('boom')\n")
		points(t, r, "0", "4")
		got := outcome(t, r, "pairs/1", schema.OutcomeFailed)
		if r.Outcome != schema.OutcomeGraded || got.Message != "the checker could not make sense of the output" {
			t.Errorf("outcome %s, message %q", r.Outcome, got.Message)
		}
	})
	t.Run("looks for the checker", func(t *testing.T) {
		r := submit(t, `
import os
for name in ("PREPARED", "NEEDS", "REPORTS", "TEST_OUT"):
    assert name not in os.environ, name
here = os.path.dirname(os.environ["ARTEFACTS"])
found = []
for d, _, fs in os.walk(here):
    found += [os.path.join(d, f) for f in fs if f.endswith((".ans", ".in", "check", "check.py"))]
assert not found, found
print(1, int(input()) - 1)
`)
		points(t, r, "4", "4")
	})
	t.Run("is broken itself", func(t *testing.T) {
		broken := files{}
		for name, content := range pairs {
			broken[name] = content
		}
		broken["checkers/check.py"] = "#!/usr/bin/python3\nraise SystemError('secret')\n"
		r := gradeFiles(t, g, broken.write(t), files{"pair.py": "print(2, 3)\n"})
		got := outcome(t, r, "pairs/1", schema.OutcomeGraderError)
		if r.Outcome != schema.OutcomeGraderError || r.Blame != schema.BlameGrader || !strings.Contains(got.Output, "secret") || studentReads(r, "secret") {
			t.Errorf("%+v, %+v", r, got)
		}
	})
	t.Run("prepare fails", func(t *testing.T) {
		broken := files{}
		for name, content := range pairs {
			broken[name] = content
		}
		broken["assignment.yaml"] = strings.Replace(pairs["assignment.yaml"], "chmod +x", "echo secret; false", 1)
		dir := broken.write(t)
		r := gradeFiles(t, g, dir, files{"pair.py": "print(2, 3)\n"})
		points(t, r, "0", "4")
		if r.Outcome != schema.OutcomeGraderError || r.Blame != schema.BlameGrader || !strings.Contains(r.Message, "secret") || studentReads(r, "secret") {
			t.Errorf("%+v", r)
		}
		r, err := g.Grade(context.Background(), grade.Job{Kind: schema.JobGate, Tests: dir}, nil)
		if err != nil || r.Gate.Passed || !strings.Contains(r.Message, "secret") {
			t.Errorf("gate: %v, %+v", err, r)
		}
	})
	t.Run("prepared before", func(t *testing.T) {
		var seen recorder
		job := grade.Job{Kind: schema.JobGrade, Tests: tests, Submission: files{"pair.py": "print(0, int(input()))\n"}.write(t)}
		if _, err := g.Grade(context.Background(), job, &seen); err != nil {
			t.Fatal(err)
		}
		if len(seen.prepared) != 1 {
			t.Fatalf("prepared %v", seen.prepared)
		}
		if info, err := os.Stat(filepath.Join(seen.prepared[0], "check")); err != nil || info.Mode()&0o111 == 0 {
			t.Fatalf("prepared file: %v, %v", info, err)
		}
		job.Prepared = seen.prepared[0]
		var again recorder
		r, err := g.Grade(context.Background(), job, &again)
		if err != nil || len(again.prepared) != 0 {
			t.Fatalf("%v, prepared again: %v", err, again.prepared)
		}
		points(t, r, "1", "4")
	})
}

// guessing is an assignment with a driver: the program must guess a number.
var guessing = files{
	"assignment.yaml": `
title: Guess
limits: {time: 1s, wall: 8s, memory: 128MiB}
solution: solution/
tests:
  - name: guesses
    run: python3 guess.py
    driver: [python3, drivers/bank.py]
    flags: ["37"]
    points: 5
`,
	"drivers/bank.py": `
import os, sys
secret = int(sys.argv[4])
def end(status, why):
    with open(os.path.join(sys.argv[3], "message.txt"), "w") as f: f.write(why)
    sys.exit(status)
for turn in range(7):
    line = sys.stdin.readline()
    if not line: end(43, "the program hung up while the driver still talked to it")
    if line.startswith("boom"): sys.exit(1)
    n = int(line)
    if n == secret:
        print("right", flush=True)
        end(42, "in %d turns" % (turn + 1))
    print("higher" if n < secret else "lower", flush=True)
end(43, "too many turns")
`,
	"solution/guess.py": rightGuess,
}

const rightGuess = `
low, high = 0, 100
while True:
    n = (low + high) // 2
    print(n, flush=True)
    answer = input()
    if answer == "right": break
    if answer == "higher": low = n + 1
    else: high = n - 1
`

func TestDriver(t *testing.T) {
	t.Parallel()
	need(t, "python3")
	g := newGrader(t)
	tests := guessing.write(t)
	for name, test := range map[string]struct {
		body    string
		want    schema.Outcome
		message string
	}{
		"right":               {rightGuess, schema.OutcomePassed, "in 3 turns"},
		"goes on afterwards":  {rightGuess + "while True: pass\n", schema.OutcomePassed, "in 3 turns"},
		"too slow a search":   {"n = 0\nwhile True:\n    print(n, flush=True)\n    input()\n    n += 1\n", schema.OutcomeFailed, "too many turns"},
		"hangs up":            {"print(1, flush=True)\n", schema.OutcomeFailed, "the program hung up while the driver still talked to it"},
		"crashes":             {"import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)\n", schema.OutcomeCrashed, "ended by SIGSEGV"},
		"spins":               {"while True: pass\n", schema.OutcomeTimeLimit, "time limit of 1 s"},
		"waits for ever":      {"input()\n", schema.OutcomeTimeLimit, "still running after 8 s"},
		"confuses the driver": {"print('boom', flush=True)\ninput()\n", schema.OutcomeFailed, "the driver could not make sense of the output"},
	} {
		t.Run(name, func(t *testing.T) {
			r := gradeFiles(t, g, tests, files{"guess.py": test.body})
			got := outcome(t, r, "guesses", test.want)
			if !strings.HasPrefix(got.Message, test.message) {
				t.Errorf("message %q, want %q", got.Message, test.message)
			}
			if want := map[bool]string{true: "5", false: "0"}[test.want == schema.OutcomePassed]; r.Score.String() != want {
				t.Errorf("score %s", r.Score)
			}
		})
	}
}

// studentReads reports whether the words are in the part of a result that the student reads.
func studentReads(r schema.Result, words string) bool {
	redacted, _ := course.Redact(r, course.OwnedBy(course.Viewer{Login: "alice", Role: schema.RoleStudent}, "alice"))
	return strings.Contains(fmt.Sprintf("%+v", redacted), words)
}
