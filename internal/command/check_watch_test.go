package command

import (
	"bufio"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestSettle checks that changes in quick succession count as one.
func TestSettle(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		changes := make(chan string)
		start := time.Now()
		go func() {
			time.Sleep(time.Hour)
			for _, name := range []string{"a", "b", "c"} {
				changes <- name
				time.Sleep(watchQuiet - time.Millisecond)
			}
		}()
		first, err := settle(t.Context(), changes, watchQuiet)
		if took := time.Since(start) - time.Hour; first != "a" || err != nil || took != 3*watchQuiet-2*time.Millisecond {
			t.Errorf("%q, %v after %s", first, err, took)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		if _, err := settle(ctx, make(chan string), watchQuiet); err == nil {
			t.Error("it does not end with its context")
		}
	})
}

func TestIgnoredNames(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		"a.py": false, ".gitignore": false, "Makefile": false, "a.swp": false,
		".git": true, ".a.py.swp": true, "a.py~": true, ".#a.py": true, "4913": true, "__pycache__": true,
	} {
		if ignored(name) != want {
			t.Errorf("ignored(%q) is %v", name, !want)
		}
	}
}

// watched reads lines of a running check until one contains the words.
func watched(t *testing.T, lines *bufio.Scanner, words string) string {
	t.Helper()
	var read strings.Builder
	for lines.Scan() {
		read.WriteString(lines.Text() + "\n")
		if strings.Contains(lines.Text(), words) {
			return read.String()
		}
	}
	t.Fatalf("%q is never said:\n%s", words, read.String())
	return ""
}

// TestCheckWatch changes the submission, breaks and repairs the tests, and adds a directory.
func TestCheckWatch(t *testing.T) {
	t.Parallel()
	tests := writeFiles(t, map[string]string{"assignment.yaml": "title: T\ntests: [{name: a, run: cat x, stdout: one}]\n"})
	submission := writeFiles(t, map[string]string{"x": "one\n"})
	ctx, cancel := context.WithCancel(t.Context())
	out, in := io.Pipe()
	app := newApp(strings.NewReader(""), in, in)
	done := make(chan error, 1)
	go func() {
		done <- app.RunContext(ctx, []string{"grader", "check", "--watch", tests, submission})
		_ = in.Close()
	}()
	lines := bufio.NewScanner(out)
	const waiting = "for changes; Ctrl-C ends."
	if said := watched(t, lines, waiting); !strings.Contains(said, "pass  1/1  a") {
		t.Errorf("first:\n%s", said)
	}
	for _, step := range []struct{ dir, file, content, says string }{
		{submission, "x", "two\n", "FAIL  0/1  a"},
		{tests, "assignment.yaml", "title: T\ntests: [{name: a}]\n", "a test needs run; write the command"},
		{tests, "assignment.yaml", "title: T\ntests: [{name: a, run: cat d/y, stdout: three}]\n", "FAIL  0/1  a"},
		{submission, "d/y", "three\n", "pass  1/1  a"},
		{submission, "d/y", "four\n", "FAIL  0/1  a"},
	} {
		name := filepath.Join(step.dir, step.file)
		must(t, os.MkdirAll(filepath.Dir(name), 0o755))
		must(t, os.WriteFile(name, []byte(step.content), 0o600))
		said := watched(t, lines, waiting)
		if !strings.Contains(said, step.says) || !strings.Contains(said, " changed at ") || strings.Contains(said, "\x1b") {
			t.Errorf("%s = %q:\n%s", step.file, step.content, said)
		}
	}
	cancel()
	go func() { _, _ = io.Copy(io.Discard, out) }()
	if err := <-done; err != nil {
		t.Errorf("it ends with %v", err)
	}
}

func TestCheckWatchNeedsDirectories(t *testing.T) {
	t.Parallel()
	if status, _, errs := runCommand(t, "check", "--watch", "/absent", t.TempDir()); status == 0 || !strings.Contains(errs, "/absent is not a directory") {
		t.Errorf("status %d, %s", status, errs)
	}
	if status, _, errs := runCommand(t, "check", "--watch", "--json", t.TempDir(), t.TempDir()); status == 0 || !strings.Contains(errs, "--json prints one result, and --watch never ends; leave one of them out") {
		t.Errorf("status %d, %s", status, errs)
	}
}
