package schema_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/grader/grader/schema"
)

// TestExecutableCommandWorksAsWritten runs the command in a real repository.
func TestExecutableCommandWorksAsWritten(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("no git")
	}
	for _, name := range []string{"run.sh", "it's.sh", "-x", "a b"} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		c := exec.Command("sh", "-ec", "git init -q; git add .; git commit -qm first; "+schema.ExecutableCommand(name)+"; git commit -qm second; git ls-tree HEAD | cut -d' ' -f1")
		c.Dir = dir
		c.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@b", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@b")
		if out, err := c.CombinedOutput(); err != nil || string(out) != "100755\n" {
			t.Errorf("%s: %v: %s", schema.ExecutableCommand(name), err, out)
		}
	}
}

// TestRemoveCommandWorksAsWritten runs the command in a real repository, as a student would.
func TestRemoveCommandWorksAsWritten(t *testing.T) {
	t.Parallel()
	git, err := exec.LookPath("git")
	if err != nil {
		t.Skip("no git")
	}
	for _, paths := range [][]string{
		{"main.o"}, {"hello", "out/Main.class"}, {"build/"}, {"a b.o", "it's.o"}, {"*.o"}, {"-rf"}, {":x.o"}, {"$HOME.o", "x;y.o", "!x"}, {"Lösung.o"}, {"a\u202eb.o"}, {"a\nb\x1b.o"}, {"a\xffb.o"}, {"a\tb.o"}, {"a\x01[b*.o"},
	} {
		dir := t.TempDir()
		run := func(name string, args ...string) string {
			c := exec.Command(name, args...)
			c.Dir = dir
			c.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@b", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@b")
			out, err := c.CombinedOutput()
			if err != nil {
				t.Errorf("%v: %s %v: %v: %s", paths, name, args, err, out)
			}
			return string(out)
		}
		var kept []string
		for _, p := range append([]string{"main.c", "keep.o"}, paths...) {
			if strings.HasSuffix(p, "/") {
				p += "inside"
			}
			kept = append(kept, p)
			target := filepath.Join(dir, p)
			if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(target, []byte("x"), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		run(git, "init", "-q")
		run(git, "add", ".")
		run(git, "commit", "-qm", "first")
		run("sh", "-ec", schema.RemoveCommand(paths...)+"\ngit commit -m \"Remove built files\"")
		if left := run(git, "-c", "core.quotePath=false", "ls-files"); left != "keep.o\nmain.c\n" {
			t.Errorf("%s: left %q", schema.RemoveCommand(paths...), left)
		}
		for _, p := range kept {
			if _, err := os.Stat(filepath.Join(dir, p)); err != nil {
				t.Errorf("%s: %v", schema.RemoveCommand(paths...), err)
			}
		}
	}
}
