package grade_test

import (
	"strings"
	"testing"

	"github.com/grader/grader/schema"
)

// family returns an assignment with three cases. Its checker gives each the share of the points that the program
// prints.
func family(keys string) files {
	return files{
		"assignment.yaml": "title: T\ntests: [{name: t, run: 'sh prog.sh', cases: io/*.in, points: 9, checker: [sh, check.sh], " + keys + "}]\n",
		"check.sh":        "read share; [ \"$share\" != no ] || exit 43; echo $share >$3/score.txt; exit 42\n",
		"io/1.in":         "1\n", "io/1.ans": "", "io/2.in": "2\n", "io/2.ans": "", "io/3.in": "3\n", "io/3.ans": "",
	}
}

func TestFamilyScores(t *testing.T) {
	t.Parallel()
	need(t, "sh")
	g := newGrader(t)
	for name, c := range map[string]struct{ keys, shares, want, message string }{
		"sum of parts":                     {"score: sum", "1 0.5 0.5", "6", ""},
		"accepted, all accepted":           {"score: accepted", "1 0.5 0.5", "6", ""},
		"accepted, one rejected":           {"score: accepted", "1 0.5 no", "0", "no points: t/3 was not accepted"},
		"accepted, one without any points": {"score: accepted", "1 0.5 0", "0", "no points: t/3 was not accepted"},
		"max":                              {"score: max", "0.5 no 0.25", "4.5", "scored as the best case, t/1"},
		"max of nothing":                   {"score: max", "no no no", "0", ""},
		"min":                              {"score: min", "0.5 1 0.5", "4.5", "scored as the weakest case, t/1"},
		"scale":                            {"scale: 20", "20 10 5", "5.25", ""},
		"scale ignored":                    {"scale: ignore", "20 1000 no", "6", ""},
		"above the scale":                  {"scale: 20", "20 21 5", "-", "score.txt holds no number from 0 to 20"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := gradeFiles(t, g, family(c.keys).write(t), files{"prog.sh": "read n; set -- " + c.shares + "; shift $((n - 1)); echo $1\n"})
			var messages []string
			for _, e := range r.Tests {
				messages = append(messages, e.Message)
			}
			if c.want == "-" {
				if r.Outcome != schema.OutcomeGraderError {
					t.Errorf("outcome %s", r.Outcome)
				}
			} else {
				points(t, r, c.want, "9")
			}
			if !strings.Contains(strings.Join(messages, "\n"), c.message) {
				t.Errorf("messages %q lack %q", messages, c.message)
			}
		})
	}
}

func TestStopSkipsCasesAfterFailure(t *testing.T) {
	t.Parallel()
	need(t, "sh")
	g := newGrader(t)
	for keys, want := range map[string]schema.Outcome{"stop: true": schema.OutcomeNotRun, "stop: false": schema.OutcomePassed} {
		r := gradeFiles(t, g, family(keys).write(t), files{"prog.sh": "read n; [ $n != 2 ] || echo no; echo 1\n"})
		outcome(t, r, "t/1", schema.OutcomePassed)
		outcome(t, r, "t/2", schema.OutcomeFailed)
		if got := outcome(t, r, "t/3", want).Message; want == schema.OutcomeNotRun && got != "not run: t/2 did not pass" {
			t.Errorf("message %q", got)
		}
	}
}

// TestStopContinuesAfterAPart checks that a case with a part of its points does not stop the
// others.
func TestStopContinuesAfterAPart(t *testing.T) {
	t.Parallel()
	need(t, "sh")
	r := gradeFiles(t, newGrader(t), family("stop: true").write(t), files{"prog.sh": "echo 0.5\n"})
	outcome(t, r, "t/3", schema.OutcomePartial)
	points(t, r, "4.5", "9")
}

func TestCheckerScoreMultiplier(t *testing.T) {
	t.Parallel()
	need(t, "sh")
	tests := family("scale: 100")
	tests["check.sh"] = "read share; echo $share >$3/score_multiplier.txt; echo 100 >$3/score.txt; exit 42\n"
	points(t, gradeFiles(t, newGrader(t), tests.write(t), files{"prog.sh": "echo 0.5\n"}), "4.5", "9")
}

// twice is a checker that requests a second run of the program with another input, and keeps the
// first output.
const twice = `
cat >$3/said
if [ ! -e $3/first ]; then
  mv $3/said $3/first
  grep -q "^question" $1 && printf 'again\n' >$3/nextpass.in
  exit ${WRONG:-42}
fi
[ "$(cat $1)" = again ] || exit 1
echo "$(cat $3/first) $(cat $3/said)" >$3/message.txt
[ -e $3/nextpass.in ] && exit 1
if [ "$4" = thrice ]; then echo more >$3/nextpass.in; fi
exit 42
`

func TestPasses(t *testing.T) {
	t.Parallel()
	need(t, "sh", "grep")
	g := newGrader(t)
	for name, c := range map[string]struct {
		keys, checker, program string
		want                   schema.Outcome
		message                string
	}{
		"twice":                  {"passes: 2", twice, "read w; echo got-$w", schema.OutcomePassed, "got-question got-again"},
		"crash in the second":    {"passes: 2", twice, "read w; [ $w != again ]", schema.OutcomeCrashed, "exit status 1"},
		"more than passes":       {"passes: 2, flags: [thrice]", twice, "read w; echo got-$w", schema.OutcomeGraderError, "checker: asks for run 3 of the program by nextpass.in; passes: 2 is the most"},
		"no passes":              {"flags: []", twice, "read w; echo got-$w", schema.OutcomeGraderError, "checker: asks for run 2 of the program by nextpass.in; passes: 1 is the most"},
		"rejects and asks":       {"passes: 2", "WRONG=43\n" + twice, "read w; echo got-$w", schema.OutcomeGraderError, "checker: rejects, and asks for another run of the program by nextpass.in"},
		"wrong at the first":     {"passes: 2", "exit 43\n", "read w; echo got-$w", schema.OutcomeFailed, ""},
		"limits hold for each":   {"passes: 2, wall: 20s", twice, "read w; echo got-$w; head -c 700000 /dev/zero", schema.OutcomePassed, "got-question"},
		"second pass over limit": {"passes: 2, output: 512KiB", twice, "read w; echo got-$w; [ $w != again ] || head -c 700000 /dev/zero", schema.OutcomeOutputLimit, "output limit"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tests := files{
				"assignment.yaml": "title: T\ntests: [{name: t, run: 'sh prog.sh', cases: io/*.in, checker: [sh, check.sh], " + c.keys + "}]\n",
				"check.sh":        c.checker, "io/1.in": "question\n", "io/1.ans": "",
			}
			got := outcome(t, gradeFiles(t, g, tests.write(t), files{"prog.sh": c.program + "\n"}), "t/1", c.want)
			if !strings.HasPrefix(got.Message, c.message) {
				t.Errorf("message %q, want %q", got.Message, c.message)
			}
		})
	}
}

// TestPassesOfDriver checks that a driver may request a second run as a checker may.
func TestPassesOfDriver(t *testing.T) {
	t.Parallel()
	need(t, "sh")
	tests := files{
		"assignment.yaml": "title: T\ntests: [{name: t, run: 'sh prog.sh', cases: io/*.in, driver: [sh, drive.sh], passes: 2}]\n",
		"drive.sh":        "cat $1; read w; [ -e $3/first ] || { echo $w >$3/first; echo again >$3/nextpass.in; exit 42; }\necho \"$(cat $3/first) $w\" >$3/message.txt; exit 42\n",
		"io/1.in":         "question\n", "io/1.ans": "",
	}
	got := outcome(t, gradeFiles(t, newGrader(t), tests.write(t), files{"prog.sh": "read w; echo got-$w\n"}), "t/1", schema.OutcomePassed)
	if got.Message != "got-question got-again" {
		t.Errorf("message %q", got.Message)
	}
}

func TestFilesOfACase(t *testing.T) {
	t.Parallel()
	need(t, "sh")
	tests := files{
		"assignment.yaml": "title: T\ntests: [{name: t, run: 'sh prog.sh', cases: 'io/**/*.in'}]\n",
		"io/1.in":         "", "io/1.ans": "own deep none\n", "io/2.in": "", "io/2.ans": "work none none\n",
		"io/1.files/data.txt": "own\n", "io/1.files/sub/x.in": "deep\n",
	}
	submission := files{"prog.sh": "echo $(cat data.txt) $(cat sub/x.in 2>/dev/null || echo none) $(cat ../io/1.ans 2>/dev/null || echo none)\n", "data.txt": "work\n"}
	r := gradeFiles(t, newGrader(t), tests.write(t), submission)
	outcome(t, r, "t/1", schema.OutcomePassed)
	outcome(t, r, "t/2", schema.OutcomePassed)
	if len(r.Tests) != 2 {
		t.Errorf("cases %v: a file of a case is no input", names(r))
	}
}

func TestSamplesOfOutcomesAndRanges(t *testing.T) {
	t.Parallel()
	need(t, "sh")
	g := newGrader(t)
	for sample, want := range map[string]string{
		"score: 3":                   "",
		"score: 2":                   "samples/s/ scores 3, expected 2: t/2 (crashed, 0/3: exit status 1); t/3 (failed, 0/3: the checker rejected the output; it gave no reason)",
		"score: {min: 2, max: 3}":    "",
		"score: {min: 4, max: 9}":    "samples/s/ scores 3, expected 4 to 9: ",
		"outcome: crashed":           "",
		"outcome: [failed, crashed]": "",
		"outcome: failed":            "samples/s/ ends with crashed, expected failed: ",
		"outcome: passed":            "samples/s/ ends with crashed, expected passed: ",
		"score: 3, outcome: [time-limit, memory-limit]": "samples/s/ ends with crashed, expected time-limit or memory-limit: ",
		"score: {min: 0, max: 2}, outcome: [crashed]":   "samples/s/ scores 3, expected 0 to 2: ",
	} {
		tests := family("stop: false")
		tests["assignment.yaml"] = strings.Replace(tests["assignment.yaml"], "tests:", "samples: [{dir: samples/s, "+sample+"}]\ntests:", 1)
		tests["samples/s/prog.sh"] = "read n; [ $n != 2 ] || exit 1; [ $n != 3 ] || echo no; echo 1\n"
		job := graded(tests.write(t), "")
		job.Kind = schema.JobGate
		r := mustGrade(t, g, job)
		if r.Gate.Passed != (want == "") || !strings.HasPrefix(r.Message, want) {
			t.Errorf("%s: passed %t, %q, want %q", sample, r.Gate.Passed, r.Message, want)
		}
	}
}
