package grade_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/grader/grader/runner/grade"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// foreign returns a tests repository that was made on a Mac and on Windows.
func foreign() files {
	return files{
		"assignment.yaml": "title: Data\nsolution: solution/\nbuild: auto\ntests:\n" +
			"  - {name: io, run: $PROGRAM, cases: \"io/*.in\"}\n" +
			"  - {name: exact, run: $PROGRAM, stdin: \"ab\\n\", stdout_file: exact.txt, compare: exact}\n",
		"solution/main.py": "import sys\nfor l in sys.stdin.read().split():\n    print(l + '!', end='\\r\\n')\n",
		"io/1.in":          "ab\r\ncd\r\n", "io/1.out": "ab!\ncd!\n", "io/._1.in": "Mac OS X", "io/._1.out": "Mac OS X",
		"io/2.in": "ab\n", "io/2.out": "\xef\xbb\xbfab!\n", "io/.DS_Store": "\x00", "__MACOSX/io/3.in": "x", "io/Thumbs.db": "x",
		"io/3.in": "\xef\xbb\xbfab\n", "io/3.out": "ab!\n", "exact.txt": "ab!\r\n", "gen.sh": "ls\r\n",
		"io/4.in": "\xff\xfea\x00", "io/4.out": "x\n", "notes.txt": "as they are\r\n", "units/test_a.py": "# Gr\xfc\xdfe\n", "lib/A.java": "class A { }\r\n",
	}
}

const foreignWarnings = `warning: __MACOSX/io/3.in, io/.DS_Store, io/._1.in and 2 more were
left by other systems and are not used. To remove them:
  git rm --cached __MACOSX/io/3.in io/.DS_Store io/._1.in
then commit and push
warning: io/1.in has CR LF line ends, and programs read the CR. Unless
that is meant:
  echo '*.in text eol=lf' >>.gitattributes
  git add .gitattributes
  git add --renormalize .
then commit and push
warning: exact.txt has CR LF line ends, and every byte is compared.
Unless that is meant:
  echo '*.txt text eol=lf' >>.gitattributes
  git add .gitattributes
  git add --renormalize .
then commit and push
warning: gen.sh has CR LF line ends, and the CR is part of what is
run:
  echo '*.sh text eol=lf' >>.gitattributes
  git add .gitattributes
  git add --renormalize .
then commit and push
warning: io/2.out and io/3.in begin with a byte order mark (U+FEFF),
and programs read it. Unless that is meant, save them as UTF-8 without
BOM, commit and push.
warning: io/4.in is UTF-16. Unless that is meant, save it as UTF-8,
commit and push.
warning: units/test_a.py:1: byte 0xfc is not UTF-8 (the file may be
Latin-1 or Windows-1252): save the file as UTF-8`

// TestTracesInTestDataAreReported checks a tests repository, runs the suggested commands, and checks
// it again.
func TestTracesInTestDataAreReported(t *testing.T) {
	t.Parallel()
	need(t, "git")
	dir := foreign().write(t)
	spec, err := assignment.Load(assignment.DirFiles(dir), assignment.Context{})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(spec.Tests[0].Cases); n != 4 {
		t.Errorf("%d cases: %+v", n, spec.Tests[0].Cases)
	}
	got, err := grade.Warnings(dir, spec)
	if err != nil || strings.Join(got, "\n") != foreignWarnings {
		t.Errorf("%v\n%s", err, strings.Join(got, "\n"))
	}
	script := "git init -q; git add .; git commit -qm first\n"
	for range 2 { // a warning names three files
		for _, line := range got {
			if strings.HasPrefix(line, "  ") {
				script += line + "\n"
			}
		}
		got = []string{"  git rm --cached io/._1.out io/Thumbs.db"}
	}
	script += "git commit -qm second; git checkout -q -f HEAD; git clean -qfd; cat .gitattributes"
	c := exec.Command("sh", "-ec", script)
	c.Dir = dir
	c.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@b", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@b")
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	again := exec.Command("git", "archive", "HEAD")
	again.Dir = dir
	archive, err := again.Output()
	if err != nil {
		t.Fatal(err)
	}
	pushed := t.TempDir()
	if err := grade.Unpack(strings.NewReader(string(archive)), pushed, grade.Caps{}); err != nil {
		t.Fatal(err)
	}
	if got, err = grade.Warnings(pushed, spec); err != nil || len(got) == 0 || strings.Contains(strings.Join(got, "\n"), "CR LF") || strings.Contains(got[0], "left by") {
		t.Errorf("after the commands: %v\n%s", err, strings.Join(got, "\n"))
	}
	if content, err := os.ReadFile(filepath.Join(pushed, "io/1.in")); err != nil || string(content) != "ab\ncd\n" {
		t.Errorf("io/1.in: %q, %v", content, err)
	}
}

// TestGateReportsTracesAndPasses runs the gate of tests whose input has CR LF, which may be intended.
func TestGateReportsTracesAndPasses(t *testing.T) {
	t.Parallel()
	need(t, "python3")
	g := newGrader(t)
	tests := files{
		"assignment.yaml":  "title: Data\nsolution: solution/\nbuild: auto\ntests: [{name: io, run: $PROGRAM, cases: \"io/*.in\"}]\n",
		"solution/main.py": "import sys\nprint(sys.stdin.buffer.read().count(b'\\r'))\n",
		"io/1.in":          "ab\r\ncd\r\n", "io/1.out": "2\n", "io/._1.in": "Mac OS X", "io/._1.out": "Mac OS X",
	}
	seen := &recorder{}
	r, err := g.Grade(context.Background(), grade.Job{Kind: schema.JobGate, Tests: tests.write(t), Zone: time.UTC}, seen)
	if err != nil || !r.Gate.Passed || r.MaxScore.String() != "1" {
		t.Errorf("%v, %+v", err, r)
	}
	said := strings.Join(seen.lines, "\n")
	for _, want := range []string{"warning: io/._1.in and io/._1.out were left by other systems", "warning: io/1.in has CR LF line ends"} {
		if !strings.Contains(said, want) {
			t.Errorf("%q is not in\n%s", want, said)
		}
	}
}
