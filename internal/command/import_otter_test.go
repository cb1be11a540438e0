package command

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// otterTests returns test files in both formats of otter-grader: q1 with a public and a hidden case, q2 all or nothing,
// q3 of functions.
func otterTests() map[string]string {
	return map[string]string{
		"tests/q1.py": `OK_FORMAT = True
test = {"name": "q1", "points": 4, "suites": [{"type": "doctest", "cases": [
    {"code": r"""
    >>> square(3)
    9
    """, "hidden": False, "failure_message": "Look at square(3)."},
    {"code": ">>> square(-2)\n4", "hidden": True, "points": 3},
]}]}
`,
		"tests/q2.py": `OK_FORMAT = True
test = {"name": "q2", "points": [1, 1], "all_or_nothing": True, "suites": [{"cases": [
    {"code": ">>> x > 0\nTrue", "hidden": False}, {"code": ">>> x\n5", "hidden": False},
]}]}
`,
		"tests/q3.py": `from otter.test_files import test_case

OK_FORMAT = False
name = "q3"

@test_case(points=2)
def is_even(even, env):
    assert env["even"] is even
    assert even(2), "2 is even"

@test_case(name="odd numbers", hidden=True)
def odd(even):
    assert not even(3)
`,
		"otter_config.json": `{"show_hidden": true}`,
	}
}

// otterScript solves otterTests in a script. x has its value only until the script has asked for q2.
const otterScript = `import otter
grader = otter.Notebook("hw1.ipynb")

def square(n):
    return n * n

x = 5
grader.check("q2")
x = 7

def even(n):
    return n % 2 == 0

grader.check_all()
grader.export("hw1.ipynb", pdf=False)
`

// notebookOf returns a notebook with cells of code.
func notebookOf(t *testing.T, cells ...map[string]any) string {
	t.Helper()
	for _, cell := range cells {
		cell["cell_type"] = "code"
		if cell["metadata"] == nil {
			cell["metadata"] = map[string]any{}
		}
	}
	text, err := json.Marshal(map[string]any{"nbformat": 4, "nbformat_minor": 5, "metadata": map[string]any{}, "cells": append(cells, map[string]any{"cell_type": "markdown", "source": "x"})})
	must(t, err)
	return string(text)
}

// TestImportOtter runs the tests of otter against scripts and notebooks. Both formats of tests, their points and their
// place in the submission are otter's.
func TestImportOtter(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip(err)
	}
	to := filepath.Join(t.TempDir(), "tests")
	tests := otterTests()
	tests["files/given.txt"] = "5"
	tests["tests/__init__.py"] = ""
	if status, out, errs := runCommand(t, "import", "otter", zipOf(t, "hw1", tests), "-o", to, "--points", "8"); status != 0 {
		t.Fatalf("status %d, %s%s", status, out, errs)
	}
	type cell = map[string]any
	script := func(old, replaced string) map[string]string {
		if !strings.Contains(otterScript, old) {
			t.Fatalf("no %q in the script", old)
		}
		return map[string]string{"hw1.py": strings.Replace(otterScript, old, replaced, 1)}
	}
	notebook := func(cells ...map[string]any) map[string]string {
		return map[string]string{"hw1.ipynb": notebookOf(t, cells...), "helper.py": "FIVE = 5\n"}
	}
	solved := []cell{
		{"source": []string{"%matplotlib inline\n", "!pip install otter-grader\n", "import otter\n", "grader = otter.Notebook()"}},
		{"source": "def square(n):\n    return n * n"},
		{"source": "%%html\n<b>not Python</b>"},
		{"source": "from helper import FIVE\nx = FIVE", "metadata": cell{"otter": cell{"tests": []string{"q2"}}}},
		{"source": "x = 1 / 0"},
		{"source": "x = 7\n%time\ndisplay(x)"},
		{"source": "even = None", "metadata": cell{"tags": []string{"otter_ignore"}}},
		{"source": "def even(n):\n    return n % 2 == 0"},
		{"source": "even = None", "metadata": cell{"otter": cell{"ignore": true}}},
	}
	for name, c := range map[string]struct {
		files        map[string]string
		score, shown string
	}{
		"a script":                    {map[string]string{"hw1.py": otterScript}, "8 / 8", "q1 results: All test cases passed!"},
		"without its check":           {script(`grader.check("q2")`, ""), "6 / 8", "Expecting:"},
		"a hidden case fails":         {script("n * n", "n * abs(n)"), "5 / 8", "q1 results: All test cases passed!"},
		"a public case fails":         {script("n * n", "4"), "7 / 8", "q1 - 1 message: Look at square(3)."},
		"all or nothing":              {script("x = 5", "x = 6"), "6 / 8", "q2 - 1 result:"},
		"an assertion":                {script("n % 2 == 0", "n % 2 == 1"), "6 / 8", "AssertionError: 2 is even"},
		"a missing name":              {script("def even", "def odd"), "6 / 8", "KeyError: 'even'"},
		"an error in the script":      {script("x = 7", "1 / 0"), "6 / 8", "KeyError: 'even'"},
		"an exit of the script":       {script("x = 7", "import sys; sys.exit()"), "6 / 8", ""},
		"an exit in a function":       {script("return n * n", "raise SystemExit"), "4 / 8", ""},
		"a given file":                {script("x = 5", "x = int(open('given.txt').read())"), "8 / 8", ""},
		"a module named as ours":      {map[string]string{"hw1.ipynb": notebookOf(t, cell{"source": "from submission import x"}), "submission.py": "x = 5\n", "tests.py": ""}, "2 / 8", ""},
		"an unknown test":             {script(`grader.check("q2")`, `grader.check("q9")`), "6 / 8", ""},
		"tests that students replace": {map[string]string{"hw1.py": "x = 5\n", "tests/q1.py": "OK_FORMAT = True\ntest = {'name': 'q1', 'points': 4, 'suites': [{'cases': [{'code': ''}]}]}\n"}, "2 / 8", ""},
		"a notebook":                  {notebook(solved...), "8 / 8", "q2 results: All test cases passed!"},
		"a notebook's error":          {notebook(solved[0], cell{"source": "def square(n:"}, solved[3]), "2 / 8", ""},
		"two scripts":                 {map[string]string{"a.py": "", "b.py": ""}, "0 / 8", "there are several files of *.py, and otter grades exactly one: a.py, b.py"},
		"no script":                   {map[string]string{"a.txt": ""}, "0 / 8", "there is neither a notebook (.ipynb) nor a Python file (.py)"},
		"Python like commands":        {notebook(solved[0], cell{"source": "text = (17\n    % 12)\ndoc = \"\"\"\n%d\n!x\nmean?\n\"\"\"\nx = text if doc == chr(10).join(['', '%d', '!x', 'mean?', '']) else 0  # a note \\\n!ls\ny = 9 \\\n    % 5\nassert y == 4\ngrader.check('q2')"}), "2 / 8", "q2 results: All"},
		"timed statements":            {notebook(solved[0], cell{"source": "import random\n%time a = (1 +\n  1)\n%timeit -n 1 -r1 b = 1\n%prun -l 3 c = 1\nd = %time 1\nfor i in [1]:\n    %time x = a + b + c + d"}, cell{"source": "%%timeit -n1 y = x\nz = y"}, cell{"source": "assert z == 5\ngrader.check('q2')"}), "2 / 8", "q2 results: All"},
		"results of the shell":        {notebook(solved[0], cell{"source": "\n%%prun\nfiles = !ls\na, b = 2, 3\nfiles2 = !!ls -l \\\n   *.csv\nhere = %pwd\nfiles?\n?files\nfiles.sort??\n!pip install \\\n    numpy\nx = a + b + len(files) + len(files2)\nassert here is None\ngrader.check('q2')"}), "2 / 8", "q2 results: All"},
		"things shown":                {notebook(solved[0], cell{"source": "from IPython.display import display, HTML, Image, clear_output\nfrom IPython.core.display import Markdown\nfrom IPython import get_ipython as shell\nimport IPython\ndisplay(HTML('<b>'), Image('plot.png'), Markdown('x'))\nclear_output(wait=True)\nget_ipython().run_line_magic('matplotlib', 'inline')\nIPython.display.display(5)\nx = 5\ngrader.check('q2')"}), "2 / 8", "q2 results: All"},
		"an exported script":          {script("x = 5", "get_ipython().system('pip install numpy')\nx = 5"), "8 / 8", ""},
		"an old notebook":             {map[string]string{"a.ipynb": `{"nbformat": 3, "worksheets": []}`}, "0 / 8", "a.ipynb cannot be read as a notebook of format 4: 'cells'"},
		"no notebook":                 {map[string]string{"a.ipynb": `{`}, "0 / 8", "a.ipynb cannot be read as a notebook of format 4:"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, out, errs := runCommand(t, "check", to, writeFiles(t, c.files), "--json")
			if score, shown := jsonOf(t, out); score != c.score || !strings.Contains(shown, c.shown) {
				t.Errorf("score %s, want %s; students read\n%s\nwant %q; %s", score, c.score, shown, c.shown, errs)
			}
		})
	}
}

// TestImportOtterReasons checks what a push shows of a submission that otter does not accept, and of failed public cases.
func TestImportOtterReasons(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip(err)
	}
	to := filepath.Join(t.TempDir(), "tests")
	tests := otterTests()
	tests["otter_config.json"] = "{}"
	if status, out, errs := runCommand(t, "import", "otter", writeFiles(t, tests), "-o", to, "--points", "8"); status != 0 {
		t.Fatalf("status %d, %s%s", status, out, errs)
	}
	for want, files := range map[string]map[string]string{
		"there are several files of *.ipynb, and otter grades exactly one: a.ipynb, b.ipynb": {"a.ipynb": "{}", "b.ipynb": "{}"},
		"a.ipynb cannot be read as a notebook of format 4":                                   {"a.ipynb": "{"},
		"3 of the public cases failed: q1 - 1, q2 - 1, q2 - 2":                               {"a.py": "def even(n):\n    return True\n"},
	} {
		if _, out, errs := runCommand(t, "check", to, writeFiles(t, files)); !strings.Contains(strings.Join(strings.Fields(out), " "), want) {
			t.Errorf("a student reads\n%s%s\nwant %s", out, errs, want)
		}
	}
}

// TestImportOtterConfig checks keys of otter_config.json and the ways in which otter resolves points.
func TestImportOtterConfig(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip(err)
	}
	ok := func(points, cases string) string {
		return `OK_FORMAT = True` + "\n" + `test = {"name": "q1", "points": ` + points + `, "suites": [{"cases": [` + cases + `]}]}` + "\n"
	}
	const right, wrong = `{"code": ">>> y\n1", "hidden": False}`, `{"code": ">>> y\n2", "hidden": False}`
	for name, c := range map[string]struct{ config, test, points, script, score string }{
		"points possible":     {`{"points_possible": 10}`, ok("4", right+","+wrong), "", "y = 1", "5 / 10"},
		"a threshold reached": {`{"score_threshold": 0.5}`, ok("4", right+","+wrong), "4", "y = 1", "4 / 4"},
		"a threshold missed":  {`{"score_threshold": 0.75}`, ok("4", right+","+wrong), "4", "y = 1", "0 / 4"},
		"no points":           {`{}`, ok("None", right+","+wrong), "1", "y = 1", "0.5 / 1"},
		"points of one case":  {`{}`, ok("None", strings.Replace(right, "{", `{"points": 3, `, 1)+","+right), "3", "y = 1", "3 / 3"},
		"the rest":            {`{}`, ok("4", strings.Replace(right, "{", `{"points": 3, `, 1)+","+wrong), "4", "y = 1", "3 / 4"},
		"a seed":              {`{"seed": 7}`, ok("1", `{"code": ">>> import random\n>>> y == random.Random(7).random()\nTrue"}`), "1", "import random\ny = random.random()", "1 / 1"},
		"a seed's variable":   {`{"seed": 7, "seed_variable": "s"}`, ok("1", `{"code": ">>> y\n7"}`), "1", "y = s", "1 / 1"},
		"without OK_FORMAT":   {`{}`, strings.TrimPrefix(ok("1", right), "OK_FORMAT = True\n"), "1", "y = 1", "1 / 1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			to := filepath.Join(t.TempDir(), "tests")
			args := []string{"import", "otter", writeFiles(t, map[string]string{"otter_config.json": c.config, "tests/q1.py": c.test}), "-o", to}
			if c.points != "" {
				args = append(args, "--points", c.points)
			}
			if status, out, errs := runCommand(t, args...); status != 0 {
				t.Fatalf("status %d, %s%s", status, out, errs)
			}
			_, out, errs := runCommand(t, "check", to, writeFiles(t, map[string]string{"a.py": c.script + "\n"}), "--json")
			if score, shown := jsonOf(t, out); score != c.score {
				t.Errorf("score %s, want %s; students read\n%s%s", score, c.score, shown, errs)
			}
		})
	}
}

// packageFile matches a block of docs/migrating.md that contains a file of a package to import.
var packageFile = regexp.MustCompile("(?ms)^<!-- package otter/([^ ]+) -->\n```[a-z]*\n(.*?)^```$")

// TestMigratingOtter follows the commands of docs/migrating.md with the files that it shows.
func TestMigratingOtter(t *testing.T) {
	t.Parallel()
	g := openGrader(t)
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip(err)
	}
	page, err := os.ReadFile("../../docs/migrating.md")
	must(t, err)
	files := map[string]string{}
	for _, m := range packageFile.FindAllStringSubmatch(string(page), -1) {
		files[m[1]] = m[2]
	}
	command := regexp.MustCompile(`(?m)^grader (import otter .*)$`).FindStringSubmatch(string(page))
	if len(files) != 4 || command == nil {
		t.Fatalf("the page has the files %v and the command %q", files, command)
	}
	dir := writeFiles(t, files)
	args := strings.Fields(command[1])
	for n, arg := range args {
		if arg == "autograder" || strings.HasPrefix(arg, "hw1-") {
			args[n] = filepath.Join(dir, arg)
		}
	}
	if status, out, errs := runCommand(t, args...); status != 0 {
		t.Fatalf("status %d, %s%s", status, out, errs)
	}
	if r := gated(t, g, filepath.Join(dir, "hw1-tests")); !r.Gate.Passed || r.Score.String() != "8" || r.MaxScore.String() != "8" {
		t.Errorf("%s of %s: %s\n%+v", r.Score, r.MaxScore, r.Message, r.Gate)
	}
}
