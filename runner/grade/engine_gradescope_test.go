package grade_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/runner/grade"
	"github.com/grader/grader/schema"
)

// gradescopeTests returns a tests repository with a Gradescope autograder that is a shell script.
func gradescopeTests(script, keys string) files {
	return files{
		"assignment.yaml":                fmt.Sprintf("title: T\ndue: 2026-09-28 23:59\nsolution: solution/\ntests: [{name: auto, gradescope: autograder, points: 10%s}]\n", keys),
		"solution/answer":                "10",
		"autograder/run_autograder":      script,
		"autograder/lib/helper.sh":       "cat /autograder/submission/answer\n",
		"autograder/data/not-text.bin":   "\x00/autograder",
		"autograder/solution/answer.key": "secret\n",
	}
}

// writesResults returns a run_autograder that writes this results.json.
func writesResults(results string) string {
	return "#!/bin/sh\r\ncat >/autograder/results/results.json <<'EOF'\n" + results + "\nEOF\n"
}

func TestGradescopeLayout(t *testing.T) {
	t.Parallel()
	need(t, "sh")
	g := newGrader(t)
	tests := gradescopeTests(`#!/bin/sh
set -e
[ "$(pwd)" = /autograder ]
[ -x source/lib/helper.sh ] && [ -x run_autograder ] && [ -x source/run_autograder ]
grep -q . source/data/not-text.bin
! [ -e results/results.json ]
touch source/new submission/new
echo "{\"score\": $(sh /autograder/source/lib/helper.sh), \"output\": \"in /autograder and $(wc -l <submission_metadata.json) line\"}" >/autograder/results/results.json
echo said
exit 3
`, "").write(t)
	r := gradeFiles(t, g, tests, files{"answer": "7"})
	points(t, r, "7", "10")
	got := byName(t, r, "auto")
	if got.Outcome != schema.OutcomePartial || got.Output != "in . and 1 line" || got.JudgeMessage != "said" || !got.InProcess || got.Visible != schema.VisibleAlways {
		t.Errorf("%+v", got)
	}
}

func TestGradescopeEntries(t *testing.T) {
	t.Parallel()
	need(t, "sh")
	g := newGrader(t)
	for name, c := range map[string]struct {
		results, keys string
		score, most   string
		want          []string // name visible outcome score/max message
	}{
		"tests that make the points": {
			results: `{"score": 7.5, "tests": [{"name": "a", "score": 5, "max_score": 5}, {"name": "a", "score": 2.5, "max_score": 4}, {"name": "b", "score": 0, "max_score": 1, "output": "no"}, {"name": "c"}]}`,
			score:   "7.5", most: "10",
			want: []string{"auto/a always passed 5/5 ", "auto/a#2 always partial 2.5/4 ", "auto/b always failed 0/1 no", "auto/c always passed 0/0 "},
		},
		"tests that do not": {
			results: `{"tests": [{"name": "a", "score": 5, "max_score": 5}, {"name": "b", "score": 1, "max_score": 2}]}`,
			score:   "6", most: "10",
			want: []string{"auto always partial 6/10 ", "auto/a always passed 0/0 5 / 5 points", "auto/b always failed 0/0 1 / 2 points"},
		},
		"a score at the top that overrides": {
			results: `{"score": 3, "tests": [{"name": "a", "score": 10, "max_score": 10}]}`,
			score:   "3", most: "10",
			want: []string{"auto always partial 3/10 ", "auto/a always passed 0/0 10 / 10 points"},
		},
		"more than the points": {
			results: `{"score": 12}`, score: "10", most: "10",
			want: []string{"auto always passed 10/10 "},
		},
		"less than nothing": {
			results: `{"score": -2, "tests": []}`, score: "0", most: "10",
			want: []string{"auto always failed 0/10 "},
		},
		"hidden tests of an itemised score": {
			results: `{"tests": [{"name": "a", "score": 4, "max_score": 4}, {"name": "b", "score": 1, "max_score": 2, "visibility": "hidden"}, {"name": "c", "score": 2, "max_score": 2, "visibility": "hidden"}, {"name": "d", "score": 1, "max_score": 1, "visibility": "after_due_date"}, {"name": "e", "score": 1, "max_score": 1, "visibility": "after_published"}]}`,
			score:   "9", most: "10",
			want: []string{"auto/a always passed 4/4 ", "auto/b never failed 0/0 1 / 2 points", "auto/c never passed 0/0 2 / 2 points", "auto/d after_due passed 1/1 ", "auto/e after_publish passed 1/1 ", "auto/hidden tests after_publish partial 3/4 2 hidden tests"},
		},
		"a hidden test in a total": {
			results: `{"score": 6, "output": "said", "tests": [{"name": "a", "score": 5, "max_score": 5}, {"name": "b", "score": 1, "max_score": 2, "visibility": "hidden"}]}`,
			score:   "6", most: "10",
			want: []string{"auto always passed 0/0 ", "auto/score after_publish partial 6/10 ", "auto/a always passed 0/0 5 / 5 points", "auto/b never failed 0/0 1 / 2 points"},
		},
		"all after the due date": {
			results: `{"score": 10, "visibility": "after_due_date", "tests": [{"name": "a", "score": 10, "max_score": 10}]}`,
			score:   "10", most: "10",
			want: []string{"auto/a after_due passed 10/10 "},
		},
		"a test that is published later": {
			results: `{"tests": [{"name": "a", "score": 10, "max_score": 10}]}`, keys: ", visible: after_publish",
			score: "10", most: "10",
			want: []string{"auto/a after_publish passed 10/10 "},
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := gradeFiles(t, g, gradescopeTests(writesResults(c.results), c.keys).write(t), files{"answer": "1"})
			points(t, r, c.score, c.most)
			var got []string
			for _, e := range r.Tests {
				got = append(got, fmt.Sprintf("%s %s %s %s/%s %s", e.Name, e.Visible, e.Outcome, e.Score, e.MaxScore, e.Message))
				if !e.InProcess || e.Test != "auto" {
					t.Errorf("%+v", e)
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// TestGradescopeTimeout checks that results written before a limit ended the run count, and that
// the message names the limit.
func TestGradescopeTimeout(t *testing.T) {
	t.Parallel()
	need(t, "sh", "sleep")
	g := newGrader(t)
	script := writesResults(`{"tests": [{"name": "a", "score": 4, "max_score": 4}]}`) + "while :; do :; done\n"
	r := gradeFiles(t, g, gradescopeTests(script, ", time: 1s, wall: 20s").write(t), files{"answer": "1"})
	points(t, r, "4", "10")
	got := byName(t, r, "auto")
	if got.Outcome != schema.OutcomeTimeLimit || !strings.HasPrefix(got.Message, "time limit of 1 s exceeded: ") || !strings.HasSuffix(got.Message, "; what results.json held by then counts") {
		t.Errorf("%+v", got)
	}
}

// TestGradescopeWithoutResults checks that a run without results is the student's fault, unless the
// solution has none either.
func TestGradescopeWithoutResults(t *testing.T) {
	t.Parallel()
	need(t, "sh")
	g := newGrader(t)
	const onlyOf10 = "#!/bin/sh\ngrep -q 10 submission/answer && echo '{\"score\": 10}' >results/results.json\necho trace; exit 4\n"
	for name, c := range map[string]struct {
		script, answer  string
		outcome, result schema.Outcome
		message, staff  string
	}{
		"the student's":  {script: onlyOf10, answer: "7", outcome: schema.OutcomeFailed, result: schema.OutcomeGraded, message: "the autograder left no results/results.json", staff: "trace"},
		"the solution's": {script: onlyOf10, answer: "10", outcome: schema.OutcomePassed, result: schema.OutcomeGraded, staff: "trace"},
		"the tests'":     {script: "#!/bin/sh\necho broken\n", answer: "7", outcome: schema.OutcomeGraderError, result: schema.OutcomeGraderError, message: "the autograder left no results/results.json", staff: "broken"},
		"not JSON":       {script: writesResults("{"), answer: "7", outcome: schema.OutcomeGraderError, result: schema.OutcomeGraderError, message: "results.json is not JSON: line 2: unexpected end of JSON input"},
		"a link":         {script: "#!/bin/sh\necho '{\"score\": 10}' >x; ln -s ../x results/results.json\n", answer: "7", outcome: schema.OutcomeGraderError, result: schema.OutcomeGraderError, message: "results/results.json is not a regular file"},
	} {
		t.Run(name, func(t *testing.T) {
			r := gradeFiles(t, g, gradescopeTests(c.script, "").write(t), files{"answer": c.answer})
			got := byName(t, r, "auto")
			if r.Outcome != c.result || got.Outcome != c.outcome || got.Message != c.message || strings.TrimSpace(got.JudgeMessage) != c.staff || r.MaxScore.String() != "10" {
				t.Errorf("%s %+v", r.Outcome, got)
			}
		})
	}
}

func TestGradescopeMetadata(t *testing.T) {
	t.Parallel()
	need(t, "sh")
	g := newGrader(t)
	zone, err := time.LoadLocation("America/Toronto")
	if err != nil {
		t.Fatal(err)
	}
	tests := gradescopeTests("#!/bin/sh\necho '{\"score\": 1, \"stdout_visibility\": \"visible\"}' >results/results.json; cat /autograder/submission_metadata.json\n", "").write(t)
	job := grade.Job{
		Kind: schema.JobGrade, Tests: tests, Submission: files{"answer": "1"}.write(t), Zone: zone, Owners: []string{"alice"},
		ReceivedAt: time.Date(2026, 9, 28, 20, 0, 0, 123456000, time.UTC),
	}
	printed := byName(t, mustGrade(t, g, job), "auto").Output
	const want = `{"id":1,"users":[{"id":1,"email":"alice","name":"alice","sid":"alice","assignment":{"release_date":null,"due_date":"2026-09-29T00:00:00.000000-04:00","late_due_date":null}}],` +
		`"created_at":"2026-09-28T16:00:00.123456-04:00","assignment_id":1,"assignment":{"id":1,"title":"T","course_id":1,"due_date":"2026-09-29T00:00:00.000000-04:00",` +
		`"late_due_date":null,"release_date":null,"group_size":null,"group_submission":false,"total_points":"10.0","outline":[{"id":1,"type":"ProgrammingQuestion","title":"Autograder",` +
		`"parent_id":null,"weight":"10.0","content":[],"index":1}]},"submission_method":"GitHub","previous_submissions":[]}`
	if printed != want || !json.Valid([]byte(printed)) {
		t.Errorf("it is\n%s\nwant\n%s", printed, want)
	}
}

// TestGradescopeChangedFiles checks that staff read which of the autograder's files a run changed,
// except those that the submission replaces.
func TestGradescopeChangedFiles(t *testing.T) {
	t.Parallel()
	need(t, "sh")
	g := newGrader(t)
	const begin = "#!/bin/sh\r\n# in /autograder\r\necho '{\"score\": 1}' >results/results.json\n"
	for name, c := range map[string]struct{ script, want string }{
		"nothing":             {begin, ""},
		"the submission's":    {begin + "cp submission/answer source/lib/helper.sh\n", ""},
		"new files":           {begin + "touch source/new\n", ""},
		"another one":         {begin + "echo >>source/lib/helper.sh\n", "changed or removed during the run, of the autograder's own files: lib/helper.sh"},
		"one that is removed": {begin + "rm source/data/not-text.bin; echo x >source/lib/helper.sh\n", "changed or removed during the run, of the autograder's own files: data/not-text.bin, lib/helper.sh"},
		"one that is a link":  {begin + "ln -sf /etc/passwd source/lib/helper.sh\n", "changed or removed during the run, of the autograder's own files: lib/helper.sh"},
		"one by a submission": {begin + "sh submission/answer\n", "changed or removed during the run, of the autograder's own files: lib/helper.sh"},
	} {
		r := gradeFiles(t, g, gradescopeTests(c.script, "").write(t), files{"answer": "echo >source/lib/helper.sh\n"})
		if got := byName(t, r, "auto").JudgeMessage; got != c.want {
			t.Errorf("%s: staff read %q, want %q", name, got, c.want)
		}
	}
}

// TestGradescopeAdvice checks that staff read which number of points gives each test a line of its
// own. If the test has that number, they read nothing.
func TestGradescopeAdvice(t *testing.T) {
	t.Parallel()
	need(t, "sh")
	g := newGrader(t)
	const seven = `{"tests": [{"name": "a", "score": 5, "max_score": 5}, {"name": "b", "score": 1, "max_score": 2}]}`
	for name, c := range map[string]struct{ results, want string }{
		"other points":        {seven, "the autograder's tests are worth 7 together, and this test 10; with points: 7 each of them is shown with its points"},
		"a score that is not": {`{"score": 3, "tests": [{"name": "a", "score": 5, "max_score": 5}]}`, ""},
		"no maximum":          {`{"tests": [{"name": "a", "score": 5}]}`, ""},
		"only a score":        {`{"score": 3}`, ""},
	} {
		r := gradeFiles(t, g, gradescopeTests(writesResults(c.results), "").write(t), files{"answer": "1"})
		if got := byName(t, r, "auto").JudgeMessage; got != c.want {
			t.Errorf("%s: staff read %q, want %q", name, got, c.want)
		}
	}
	followed := gradescopeTests(writesResults(seven), "")
	followed["assignment.yaml"] = strings.Replace(followed["assignment.yaml"], "points: 10", "points: 7", 1)
	r := gradeFiles(t, g, followed.write(t), files{"answer": "1"})
	if got := strings.Join(names(r), " "); got != "auto/a=passed auto/b=partial" {
		t.Errorf("with the advice followed there are %s", got)
	}
}
