package course_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// workdir is a repository with a shell, as a student has them.
type workdir struct {
	t   *testing.T
	dir string
}

func newWorkdir(t *testing.T, names []string) workdir {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("no git")
	}
	s := workdir{t, t.TempDir()}
	for _, name := range names {
		s.write(name)
	}
	s.run("git init -q && git add . && git commit -qm first")
	return s
}

func (s workdir) write(name string) {
	s.t.Helper()
	target := filepath.Join(s.dir, name)
	if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(target, []byte(name), 0o644); err != nil {
		s.t.Fatal(err)
	}
}

func (s workdir) run(line string) string {
	s.t.Helper()
	c := exec.Command("sh", "-ec", line)
	c.Dir = s.dir
	c.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@b", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@b")
	out, err := c.CombinedOutput()
	if err != nil {
		s.t.Errorf("%s: %v: %s", line, err, out)
	}
	return string(out)
}

// tree lists the files that a push would contain.
func (s workdir) tree() []course.TreeEntry {
	s.t.Helper()
	var entries []course.TreeEntry
	for line := range strings.SplitSeq(strings.TrimSuffix(s.run("git ls-tree -rlz HEAD"), "\x00"), "\x00") {
		meta, path, _ := strings.Cut(line, "\t")
		e := course.TreeEntry{Path: path}
		var kind, hash string
		if _, err := fmt.Sscan(meta, &e.Mode, &kind, &hash, &e.Size); err != nil {
			s.t.Fatalf("%q: %v", line, err)
		}
		entries = append(entries, e)
	}
	return entries
}

// TestRefusedTreeAdviceWorks runs the commands of each error as written, commits, and pushes again.
func TestRefusedTreeAdviceWorks(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		rules assignment.FileRules
		names []string
	}{
		"a built file":                {assignment.FileRules{Forbidden: []string{"*.class"}}, []string{"A.java", "out/A.class"}},
		"many built files":            {assignment.FileRules{Forbidden: []string{"*.o"}}, []string{"main.c", "1.o", "2.o", "sub/3.o", "sub/4.o", "sub/sub/5.o"}},
		"a directory":                 {assignment.FileRules{Forbidden: []string{"out/**"}}, []string{"main.c", "out/1", "out/2", "out/3", "out/sub/4"}},
		"a name with blanks":          {assignment.FileRules{Forbidden: []string{"*.exe"}}, []string{"main.c", "my program.exe"}},
		"two patterns":                {assignment.FileRules{Forbidden: []string{"*.o", "*.exe"}}, []string{"main.c", "main.o", "main.exe"}},
		"one name in both forms":      {assignment.FileRules{}, []string{"Lösung.py", "Lo\u0308sung.py"}},
		"one directory in both forms": {assignment.FileRules{}, []string{"main.c", "Ü/a.c", "U\u0308/b.c"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newWorkdir(t, test.names)
			spec := &assignment.Spec{MaxSize: 1 << 20, MaxFiles: 100, Files: test.rules}
			err := course.JudgeTree(spec, s.tree())
			if schema.CodeOf(err) != schema.CodeRefused {
				t.Fatalf("not refused: %v", err)
			}
			var refused *course.Refused
			if !errors.As(err, &refused) {
				t.Fatalf("no commands for %v", err)
			}
			var commands []string
			for _, f := range refused.Findings {
				commands = append(commands, f.Commands...)
			}
			for _, command := range commands {
				s.run(command)
			}
			s.run("git commit -qm second")
			if again := course.JudgeTree(spec, s.tree()); again != nil {
				t.Errorf("after %q: %v", commands, again)
			}
		})
	}
}

// TestMisplacedAssignmentAdviceWorks follows the advice for a push of tests without assignment.yaml
// at its root.
func TestMisplacedAssignmentAdviceWorks(t *testing.T) {
	t.Parallel()
	advice := regexp.MustCompile(`(?:run |\()(git mv .*?)(?:, commit|\))`)
	for _, names := range [][]string{
		{"assignment.yml", "io/1.in"}, {"Assignment.yaml"}, {"assignment.yaml.txt"}, {"hw 1/assignment.yml"}, {"hw1/assignment.yaml", "hw1/io/1.in", "README"}, {"hw 2/assignment.yaml", "hw 2/x"},
	} {
		s := newWorkdir(t, names)
		_, err := assignment.Load(assignment.DirFiles(s.dir), assignment.Context{})
		if err == nil {
			t.Fatalf("%q: not refused", names)
		}
		m := advice.FindStringSubmatch(err.Error())
		if m == nil {
			t.Fatalf("no command in %q", err)
		}
		s.run(m[1])
		s.run("git commit -qm second")
		if _, err := assignment.Load(assignment.DirFiles(s.dir), assignment.Context{}); err == nil || strings.Contains(err.Error(), "is missing; it must stand") {
			t.Errorf("%q: after %q: %v", names, m[1], err)
		}
	}
}
