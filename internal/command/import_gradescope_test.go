package command

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// gradescopePackage creates an autograder that copies the submission's r.json to results.json.
func gradescopePackage() map[string]string {
	return map[string]string{
		"setup.sh":       "#!/bin/bash\napt-get install -y python3\n",
		"run_autograder": "#!/bin/sh\r\ncd /autograder/source\r\nsh grade.sh\r\n",
		"grade.sh":       "[ -x /autograder/run_autograder ] && [ -d /autograder/results ] || exit 9\necho to staff\ncp /autograder/submission/r.json /autograder/results/results.json 2>/dev/null\nif [ -e /autograder/submission/slow ]; then sleep 30; fi\nexit 3\n",
	}
}

// TestGradescopeResults grades results.json in every accepted form and in refused forms.
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
		says    string // words that students read
		hides   string
	}{
		"tests":               {`{"tests": [{"score": 4, "max_score": 5, "name": "adds", "output": "off by one"}, {"score": 6, "max_score": 6, "number": "2.1"}]}`, "10 / 20", "autograder/adds failed 4 / 5 points off by one\nautograder/2.1 passed 6 / 6 points", ""},
		"tests of all points": {`{"tests": [{"score": 4, "max_score": 14, "name": "adds"}, {"score": 6, "max_score": 6, "name": "b"}]}`, "10 / 20", "autograder/adds partial  \nautograder/b passed", ""},
		"top-level score":     {`{"score": 7.5, "output": "well", "tests": [{"score": 1}]}`, "7.5 / 20", "autograder partial  well\n", ""},
		"numbers as text":     {`{"score": "15", "execution_time": "136"}`, "15 / 20", "", ""},
		"nulls everywhere":    {`{"score": 3, "tests": null, "output": null, "visibility": null, "leaderboard": null, "extra_data": null}`, "3 / 20", "", ""},
		"nulls in a test":     {`{"tests": [{"score": 2, "max_score": null, "name": null, "output": null, "tags": null, "visibility": null, "status": null}]}`, "2 / 20", "autograder/test 1 passed 2 points", ""},
		"unknown keys":        {`{"score": 3, "novelty": {"a": [1]}, "tests": [{"score": 3, "more": 1}, null]}`, "3 / 20", "", ""},
		"hidden tests":        {`{"tests": [{"score": 2, "max_score": 2, "name": "seen"}, {"score": 5, "max_score": 9, "name": "secret-name", "visibility": "hidden", "output": "secret"}, {"score": 1, "name": "late-name", "visibility": "after_due_date"}]}`, "8 / 20", "autograder/seen passed 2 / 2 points", "secret"},
		"all hidden":          {`{"score": 4, "visibility": "after_published", "output": "secret-output", "tests": [{"score": 4, "name": "n"}]}`, "4 / 20", "", "secret-output"},
		"html":                {`{"score": 4, "output": "<b>bold</b> &amp; <script>alert(1)</script><br>next", "output_format": "html"}`, "4 / 20", "bold & \nnext", "alert"},
		"more than the total": {`{"score": 400}`, "20 / 20", "", ""},
		"less than nothing":   {`{"score": -4}`, "0 / 20", "", ""},
		"no score":            {`{"tests": []}`, "0 / 20", "results.json has no score, neither at its top nor in a test", ""},
		"not a number":        {`{"score": NaN}`, "0 / 20", "results.json is not JSON: line 1 has NaN", ""},
		"deep nesting":        {strings.Repeat("[", 100000), "0 / 20", "results.json is not JSON", ""},
		"nothing":             {"", "0 / 20", "results.json is empty", ""},
	} {
		t.Run(name, func(t *testing.T) {
			status, out, errs := runCommand(t, "check", to, writeFiles(t, map[string]string{"r.json": c.results}), "--json")
			if status != 0 {
				t.Fatalf("status %d, %s%s", status, out, errs)
			}
			score, shown := jsonOf(t, out)
			if score != c.score || !strings.Contains(shown, c.says) {
				t.Errorf("score %s, want %s; students read\n%s\nwant %q", score, c.score, shown, c.says)
			}
			if c.hides != "" && strings.Contains(shown, c.hides) {
				t.Errorf("students read %q in\n%s", c.hides, shown)
			}
		})
	}
	t.Run("no results", func(t *testing.T) {
		_, out, _ := runCommand(t, "check", to, writeFiles(t, map[string]string{"a": ""}), "--json")
		if score, shown := jsonOf(t, out); score != "0 / 20" || !strings.Contains(shown, "the autograder left no results/results.json") {
			t.Errorf("%s: %s", score, shown)
		}
	})
	t.Run("partial results of a run that is too long", func(t *testing.T) {
		_, out, _ := runCommand(t, "check", to, writeFiles(t, map[string]string{"r.json": `{"score": 6}`, "slow": ""}), "--json")
		if score, shown := jsonOf(t, out); score != "6 / 20" || !strings.Contains(shown, "autograder time-limit still running after 3 s (the limit on elapsed time)") || !strings.Contains(shown, "; what results.json held by then counts") {
			t.Errorf("%s: %s", score, shown)
		}
	})
}

// TestGradescopeUtils imports an autograder that installs gradescope-utils and subprocess32; the import provides both
// modules.
func TestGradescopeUtils(t *testing.T) {
	t.Parallel()
	from := writeFiles(t, map[string]string{
		"setup.sh":         "apt-get install -y python3 python3-pip\npip3 install -r /autograder/source/requirements.txt\n",
		"requirements.txt": "gradescope-utils>=0.2.7\nsubprocess32\n",
		"run_autograder":   "#!/usr/bin/env bash\ncp submission/answer.py source/\ncd source && python3 run_tests.py\n",
		"run_tests.py": `import unittest
from gradescope_utils.autograder_utils.json_test_runner import JSONTestRunner

if __name__ == '__main__':
    suite = unittest.defaultTestLoader.discover('tests')
    with open('/autograder/results/results.json', 'w') as f:
        JSONTestRunner(visibility='visible', stream=f, post_processor=lambda data: data.update(output='%d tests' % len(data['tests']))).run(suite)
`,
		"tests/__init__.py": "",
		"tests/test_answer.py": `import unittest
import subprocess32 as subprocess
from gradescope_utils.autograder_utils.decorators import weight, number, visibility, tags, hide_errors, partial_credit, leaderboard
from gradescope_utils.autograder_utils.files import check_submitted_files
import answer


class TestAnswer(unittest.TestCase):
    @weight(2)
    @number("1.1")
    def test_double(self):
        """doubles"""
        print("said")
        self.assertEqual(answer.double(2), 4)

    @weight(1)
    @number("1.2")
    @hide_errors("it is wrong")
    @tags("slow")
    def test_zero(self):
        """doubles zero"""
        self.assertEqual(answer.double(0), 0, "secret reason")

    @partial_credit(4)
    @number("2")
    def test_half(self, set_score=None):
        """gives a part"""
        set_score(3)

    @weight(3)
    @visibility("hidden")
    def test_files(self):
        """hidden files"""
        self.assertEqual(check_submitted_files(["answer.py", "absent.py"]), ["absent.py"])
        self.assertEqual(subprocess.check_output(["echo", "a"]), b"a\n")

    @leaderboard("speed")
    def test_board(self, set_leaderboard_value=None):
        set_leaderboard_value(7)
`,
	})
	to := filepath.Join(t.TempDir(), "tests")
	if status, out, errs := runCommand(t, "import", "gradescope", from, "-o", to, "--points", "10"); status != 0 || !strings.Contains(out, "gradescope-utils, subprocess32: modules that come with the import stand for it") {
		t.Fatalf("status %d, %s%s", status, out, errs)
	}
	status, out, errs := runCommand(t, "check", to, writeFiles(t, map[string]string{"answer.py": "def double(n):\n    return 2 * n + (n == 0)\n"}), "--json")
	if status != 0 {
		t.Fatalf("status %d, %s%s", status, out, errs)
	}
	score, shown := jsonOf(t, out)
	const want = "autograder passed  4 tests\nautograder/1.1 doubles passed  said\nautograder/2 gives a part partial  \nautograder/1.2 doubles zero failed it is wrong it is wrong\n"
	if score != "8 / 10" || shown != want {
		t.Errorf("%s, students read\n%s\nwant\n%s", score, shown, want)
	}
	if !strings.Contains(out, `"name": "autograder/hidden files"`) || !strings.Contains(out, "speed") {
		t.Errorf("staff do not read everything: %s", out)
	}
}

func TestGradescopeRefusals(t *testing.T) {
	t.Parallel()
	needy := gradescopePackage()
	needy["setup.sh"] = "apt-get install -y clang\n"
	from := writeFiles(t, needy)
	for want, args := range map[string][]string{
		"say what the assignment is worth at Gradescope, as in --points 20": {from, "-o", "x"},
		"--timeout 2h0m0s: write whole seconds or minutes, at most 1h":      {from, "-o", "x", "--points", "20", "--timeout", "2h"},
	} {
		if status, _, errs := runCommand(t, append([]string{"import", "gradescope"}, args...)...); status == 0 || !strings.Contains(errs, want) {
			t.Errorf("status %d, %q, want %q", status, errs, want)
		}
	}
}

// TestGradescopeSetup imports an autograder whose setup.sh installs a package that runner images lack.
func TestGradescopeSetup(t *testing.T) {
	t.Parallel()
	needy := gradescopePackage()
	needy["setup.sh"] = "apt-get install -y clang\npip3 install gradescope-utils\n"
	from := writeFiles(t, needy)
	for _, c := range []struct {
		option, note string
		setup        bool
	}{
		{"", "the server runs it once and keeps the result as an image, because it needs the packages clang", true},
		{"--image-has-it", "it is not run; the runner image must have the packages clang", false},
	} {
		to := filepath.Join(t.TempDir(), "o")
		args := []string{"import", "gradescope", from, "-o", to, "--points", "20"}
		if c.option != "" {
			args = append(args, c.option)
		}
		status, out, errs := runCommand(t, args...)
		if status != 0 || !strings.Contains(out, c.note) {
			t.Errorf("%q: status %d, %s%s", c.option, status, out, errs)
		}
		text, err := os.ReadFile(filepath.Join(to, "assignment.yaml"))
		if err != nil || strings.Contains(string(text), "setup: true") != c.setup {
			t.Errorf("%q: %v, assignment.yaml:\n%s", c.option, err, text)
		}
		if _, err := os.Stat(filepath.Join(to, "autograder", "gradescope_utils")); (err == nil) == c.setup {
			t.Errorf("%q: our module in place of gradescope-utils: %v", c.option, err)
		}
		if !c.setup {
			continue
		}
		if status, out, errs := runCommand(t, "check", to, from); status == 0 || !strings.Contains(out+errs, "push these tests to a server") {
			t.Errorf("check: status %d, %s%s", status, out, errs)
		}
	}
}

// jsonOf returns "score / maximum", and a line for each test that students see.
func jsonOf(t *testing.T, out string) (score, shown string) {
	t.Helper()
	var report struct {
		Score json.Number `json:"score"`
		Max   json.Number `json:"max_score"`
		Tests []struct{ Name, Outcome, Message, Output, Visible string }
	}
	if err := json.Unmarshal([]byte(out), &report); err != nil {
		t.Fatalf("%v in %s", err, out)
	}
	for _, test := range report.Tests {
		if test.Visible == "always" {
			shown += fmt.Sprintf("%s %s %s %s\n", test.Name, test.Outcome, test.Message, strings.TrimSpace(test.Output))
		}
	}
	return report.Score.String() + " / " + report.Max.String(), shown
}
