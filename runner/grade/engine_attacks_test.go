package grade_test

import (
	"strings"
	"testing"

	"github.com/grader/grader/schema"
)

// TestLongPathsOfABuildAreLeftOut runs a build that leaves a path as long as the kernel's limit. The job once failed
// and blamed the infrastructure; now files with such a path are skipped.
func TestLongPathsOfABuildAreLeftOut(t *testing.T) {
	t.Parallel()
	need(t, "python3")
	g := newGrader(t)
	tests := files{"assignment.yaml": "title: T\nbuild:\n  - {run: 'python3 build.py'}\ntests:\n  - {name: t, run: 'cat made', stdout: \"ok\\n\"}\n"}.write(t)
	for _, depth := range []string{"16", "20"} {
		r := gradeFiles(t, g, tests, files{"build.py": `
import os
open("made", "w").write("ok\n")
for _ in range(` + depth + `):
    os.mkdir("d" * 250)
    os.chdir("d" * 250)
open("f" * 60, "w").write("x")
`})
		if r.Outcome != schema.OutcomeGraded || r.Tests[0].Outcome != schema.OutcomePassed {
			t.Errorf("%s deep: %+v", depth, r)
		}
	}
}

// TestSparseFilesAreNotCopied runs a build that leaves sixty sparse files. The files use no space there, but once took
// gigabytes and minutes in the copies for every test.
func TestSparseFilesAreNotCopied(t *testing.T) {
	t.Parallel()
	g := newGrader(t)
	tests := files{"assignment.yaml": "title: T\nbuild:\n  - {run: 'sh ./build.sh'}\ntests:\n  - {name: t, run: 'echo ok', stdout: \"ok\\n\"}\n"}.write(t)
	r := gradeFiles(t, g, tests, files{"build.sh": "for i in $(seq 1 60); do truncate -s 60M f$i; done\n"})
	if r.Outcome != schema.OutcomeCompileError || !strings.Contains(r.Build.Message, "the build leaves more than") {
		t.Errorf("%+v, %+v", r, r.Build)
	}
}

// TestInputIsACopy runs a program that reopens its input for writing. Under the runner's own uid it could once change the
// input that the checker and later tests read.
func TestInputIsACopy(t *testing.T) {
	t.Parallel()
	need(t, "python3")
	g := newGrader(t)
	tests := files{
		"assignment.yaml": "title: T\ntests:\n  - {name: a, run: [python3, a.py], stdin_file: in.txt, exit: any}\n  - {name: b, run: cat, stdin_file: in.txt, stdout: \"hard\\n\"}\n",
		"in.txt":          "hard\n",
	}.write(t)
	r := gradeFiles(t, g, tests, files{"a.py": `
import os
print(os.readlink("/proc/self/fd/0"))
open("/proc/self/fd/0", "w").write("easy\n")
`})
	if r.Tests[1].Outcome != schema.OutcomePassed {
		t.Errorf("the next test got %+v", r.Tests[1])
	}
	if strings.Contains(r.Tests[0].Output, tests) {
		t.Errorf("its input is the tests' own file: %s", r.Tests[0].Output)
	}
}

// TestUnpinnedCasesAreLimited grades a submission that reports ten thousand cases of its own. The result's page once had
// ten megabytes.
func TestUnpinnedCasesAreLimited(t *testing.T) {
	t.Parallel()
	need(t, "python3")
	g := newGrader(t)
	tests := files{
		"assignment.yaml": "title: T\nsolution: solution/\ntests:\n  - {name: t, run: [python3, a.py], report: tap}\n",
		"solution/a.py":   "print('ok 1 - one')\n",
	}.write(t)
	r := gradeFiles(t, g, tests, files{"a.py": "print('ok 1 - one')\nfor i in range(10000): print('not ok - made up', i)\n"})
	if n := len(r.Tests); n != 101 || r.Tests[0].Outcome != schema.OutcomePassed {
		t.Fatalf("%d results, the first %+v", n, r.Tests[0])
	}
	if last := r.Tests[100]; !last.Unpinned || !strings.Contains(last.Message, "more cases that the reference does not have are left out") {
		t.Errorf("%+v", last)
	}
}

// TestAnalysersIgnoreSubmittedConfiguration grades a submission that contains a configuration for
// the analyser.
func TestAnalysersIgnoreSubmittedConfiguration(t *testing.T) {
	t.Parallel()
	need(t, "python3")
	g := newGrader(t)
	tests := files{
		"assignment.yaml": "title: T\ntests:\n  - {name: lint, run: [python3, $NEEDS/lint.py], needs: [lint.py], report: sarif, penalty: {points: 1, per: finding, max: 2}, points: 2}\n",
		"lint.py": `
import json, os
results = [] if any(os.path.exists(c) for c in (".clang-tidy", "ruff.toml", ".eslintrc.json")) else [{"ruleId": "r", "message": {"text": "found"}}]
print(json.dumps({"version": "2.1.0", "runs": [{"results": results}]}))
`,
	}.write(t)
	for _, name := range []string{".clang-tidy", "ruff.toml", ".eslintrc.json"} {
		r := gradeFiles(t, g, tests, files{"a.py": "", name: "{}\n"})
		if len(r.Dropped) != 1 || r.Dropped[0] != name || r.Tests[0].Outcome != schema.OutcomePartial {
			t.Errorf("%s: dropped %q, %+v", name, r.Dropped, r.Tests[0])
		}
	}
}
