package command

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
)

// gradescopePackage is an autograder whose results.json the submission names: it copies r.json.
func gradescopePackage() map[string]string {
	return map[string]string{
		"setup.sh":       "#!/bin/bash\napt-get install -y python3\n",
		"run_autograder": "#!/bin/sh\r\ncd /autograder/source\r\nsh grade.sh\r\n",
		"grade.sh":       "[ -x /autograder/run_autograder ] && [ -d /autograder/results ] || exit 9\necho to staff\ncp /autograder/submission/r.json /autograder/results/results.json 2>/dev/null\nif [ -e /autograder/submission/slow ]; then sleep 30; fi\nexit 3\n",
	}
}

// results.json in every shape that is tolerated, and in those that are not.
func TestGradescopeResults(t *testing.T) {
	t.Parallel()
	to := filepath.Join(t.TempDir(), "tests")
	status, out, errs := runCommand(t, "import", "gradescope", writeFiles(t, gradescopePackage()), "-o", to, "--points", "20", "--timeout", "3s")
	if status != 0 {
		t.Fatalf("status %d, %s%s", status, out, errs)
	}
	for name, c := range map[string]struct {
		results string
		score   string
		says    string
		hides   string
	}{
		"tests":               {`{"tests": [{"score": 4, "max_score": 5, "name": "adds", "output": "off by one"}, {"score": 6, "max_score": 6, "number": "2.1"}]}`, "10 / 20", "FAIL adds 4/5\n     off by one\nok   2.1 6/6", ""},
		"top-level score":     {`{"score": 7.5, "output": "well", "tests": [{"score": 1}]}`, "7.5 / 20", "well\n", ""},
		"numbers as text":     {`{"score": "15", "execution_time": "136"}`, "15 / 20", "", ""},
		"nulls everywhere":    {`{"score": 3, "tests": null, "output": null, "visibility": null, "leaderboard": null, "extra_data": null}`, "3 / 20", "", ""},
		"nulls in a test":     {`{"tests": [{"score": 2, "max_score": null, "name": null, "output": null, "tags": null, "visibility": null, "status": null}]}`, "2 / 20", "test 1 2", ""},
		"unknown keys":        {`{"score": 3, "novelty": {"a": [1]}, "tests": [{"score": 3, "more": 1}, 7, null]}`, "3 / 20", "", ""},
		"a status":            {`{"tests": [{"score": 0, "max_score": 2, "name": "a", "status": "passed"}, {"score": 2, "max_score": 2, "name": "b", "status": "failed"}]}`, "2 / 20", "ok   a 0/2\nFAIL b 2/2", ""},
		"hidden tests":        {`{"tests": [{"score": 2, "max_score": 2, "name": "seen"}, {"score": 5, "max_score": 9, "name": "secret-name", "visibility": "hidden", "output": "secret"}, {"score": 1, "name": "late-name", "visibility": "after_due_date"}]}`, "8 / 20", "2 tests not shown", "secret-name"},
		"all hidden":          {`{"score": 4, "visibility": "after_published", "output": "secret-output", "tests": [{"score": 4, "name": "n"}]}`, "4 / 20", "1 test not shown", "secret-output"},
		"html":                {`{"score": 4, "output": "<b>bold</b> &amp; <script>alert(1)</script><br>next", "output_format": "html"}`, "4 / 20", "bold & \n", "alert"},
		"ansi":                {`{"score": 4, "output": "\u001b[31mred\u001b[0m", "output_format": "ansi"}`, "4 / 20", "red", "[31m"},
		"more than the total": {`{"score": 400}`, "20 / 20", "", ""},
		"less than nothing":   {`{"score": -4}`, "0 / 20", "", ""},
		"no score":            {`{"tests": []}`, "0 / 20", "results.json has no score, neither at its top nor in a test", ""},
		"not a number":        {`{"score": NaN}`, "0 / 20", "results.json has no score", ""},
		"not JSON":            {`{"score": `, "0 / 20", "results.json is not JSON: ", ""},
		"a list":              {`[1]`, "0 / 20", "results.json is not an object", ""},
		"tests in an object":  {`{"tests": {}}`, "0 / 20", "tests in results.json is not a list", ""},
		"deep nesting":        {strings.Repeat("[", 100000), "0 / 20", "results.json is not", ""},
		"nothing":             {"", "0 / 20", "the autograder left no results.json", ""},
		"words of run.sh":     {"{\"score\": 5, \"output\": \"\\nSTDOUT\\nRESULTS\\n\"}\n\nSTDOUT\n", "0 / 20", "results.json is not JSON", ""},
	} {
		t.Run(name, func(t *testing.T) {
			status, out, errs := runCommand(t, "check", to, writeFiles(t, map[string]string{"r.json": c.results}), "--json")
			if status != 0 {
				t.Fatalf("status %d, %s%s", status, out, errs)
			}
			score, message, output := jsonOf(t, out)
			if score != c.score || !strings.Contains(message, c.says) {
				t.Errorf("score %s, want %s; message %q, want %q", score, c.score, message, c.says)
			}
			if c.hides != "" && strings.Contains(message+output, c.hides) {
				t.Errorf("students read %q in %q and %q", c.hides, message, output)
			}
		})
	}
	t.Run("no results", func(t *testing.T) {
		_, out, _ := runCommand(t, "check", to, writeFiles(t, map[string]string{"a": ""}), "--json")
		if score, message, _ := jsonOf(t, out); score != "0 / 20" || !strings.Contains(message, "the autograder left no results.json") {
			t.Errorf("%s: %s", score, message)
		}
	})
	t.Run("partial results of a run that is too long", func(t *testing.T) {
		_, out, _ := runCommand(t, "check", to, writeFiles(t, map[string]string{"r.json": `{"score": 6}`, "slow": ""}), "--json")
		if score, message, _ := jsonOf(t, out); score != "6 / 20" || !strings.Contains(message, "the autograder was ended after 3 s (its time limit)") {
			t.Errorf("%s: %s", score, message)
		}
	})
}

func TestGradescopeRefusals(t *testing.T) {
	t.Parallel()
	needy := gradescopePackage()
	needy["setup.sh"] = "apt-get install -y clang\n"
	from := writeFiles(t, needy)
	for want, args := range map[string][]string{
		"say what the assignment is worth at Gradescope, as in --points 20":                                              {from, "-o", "x"},
		"setup.sh needs the packages clang; put them into the runner image of a flavour, and import with --image-has-it": {from, "-o", filepath.Join(t.TempDir(), "o"), "--points", "20"},
		"--timeout 2h0m0s: write whole seconds or minutes, at most 1h":                                                   {from, "-o", "x", "--points", "20", "--timeout", "2h"},
	} {
		if status, _, errs := runCommand(t, append([]string{"import", "gradescope"}, args...)...); status == 0 || !strings.Contains(errs, want) {
			t.Errorf("status %d, %q, want %q", status, errs, want)
		}
	}
	if status, out, errs := runCommand(t, "import", "gradescope", from, "-o", filepath.Join(t.TempDir(), "o"), "--points", "20", "--image-has-it"); status != 0 {
		t.Errorf("the advice does not work: %s%s", out, errs)
	}
}

// jsonOf returns "score / maximum", and what students read of the only test.
func jsonOf(t *testing.T, out string) (score, message, output string) {
	t.Helper()
	var report struct {
		Score json.Number `json:"score"`
		Max   json.Number `json:"max_score"`
		Tests []struct{ Message, Output string }
	}
	if err := json.Unmarshal([]byte(out), &report); err != nil || len(report.Tests) != 1 {
		t.Fatalf("%v in %s", err, out)
	}
	return report.Score.String() + " / " + report.Max.String(), report.Tests[0].Message, report.Tests[0].Output
}
