package sandbox_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/grader/grader/runner/sandbox"
)

func TestOutputsThatAreNotFiles(t *testing.T) {
	eachLevel(t, 1, func(t *testing.T, w *sandbox.Wall) {
		argv, dir := arm(t, w, "outputs.c")
		secret, s, out := newScratch(t, w), newScratch(t, w), t.TempDir()
		if err := secret.WriteFile("expected", []byte("42"), 0); err != nil {
			t.Fatal(err)
		}
		r := mustRun(t, w, sandbox.Step{
			Argv: append(argv, filepath.Join(secret.Path(), "expected")), Dir: s.Path(), Read: []string{dir.Path()}, Write: []*sandbox.Scratch{s}, Limits: usual(),
		})
		if bytes.Contains(r.Stdout, []byte("escaped")) || r.Exit != 0 {
			t.Fatalf("%+v:\n%s", r, r.Stdout)
		}
		for _, name := range []string{"symlink", "dirlink/expected", "fifo", "directory", "one", "two", "../work/closed", "/etc/passwd"} {
			if data, err := s.ReadFile(name, 100); err == nil {
				t.Errorf("read %q: %q", name, data)
			}
		}
		skipped, err := s.CopyOut(out, sandbox.Caps{Files: 100, Bytes: 4 << 20, Depth: 5})
		if err != nil {
			t.Fatal(err)
		}
		var copied []string
		err = filepath.WalkDir(out, func(path string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() {
				copied = append(copied, strings.TrimPrefix(path, out+"/"))
			}
			return err
		})
		if got := strings.Join(copied, " "); err != nil || got != "-rf closed locked/inside sparse" {
			t.Errorf("copied %q, %v; skipped %v", got, err, skipped)
		}
		if len(skipped) != 8 {
			t.Errorf("skipped %v", skipped)
		}
	})
}

func TestNothingIsLeftElsewhere(t *testing.T) {
	eachLevel(t, 1, func(t *testing.T, w *sandbox.Wall) {
		script, err := os.ReadFile("testdata/attacks/leave.sh")
		if err != nil {
			t.Fatal(err)
		}
		s := newScratch(t, w)
		if err := s.WriteFile("leave.sh", script, 0); err != nil {
			t.Fatal(err)
		}
		step := shell(s, "")
		mark := "grader-left-" + strconv.Itoa(os.Getpid()) + "-" + string(w.Level())
		step.Argv, step.Limits = []string{"sh", "leave.sh", mark}, usual()
		if r := mustRun(t, w, step); r.Exit != 0 {
			t.Fatalf("%+v", r)
		}
		for _, dir := range []string{"/", "/tmp", "/var/tmp", "/dev", "/dev/shm", "/dev/mqueue", "/run", "/run/lock", "/etc", "/usr", "/opt", "/home", "/root"} {
			if _, err := os.Lstat(filepath.Join(dir, mark)); err == nil {
				t.Errorf("%s was left in %s", mark, dir)
			}
		}
	})
}

func TestEnvironmentAndDescriptorsAreTheSteps(t *testing.T) {
	t.Setenv("LD_PRELOAD_TEST", "inherited")
	for _, level := range []sandbox.Level{sandbox.LevelNamespace, sandbox.LevelUID} {
		t.Run(string(level), func(t *testing.T) {
			w := openAt(t, level, 1)
			s := newScratch(t, w)
			step := shell(s, "")
			step.Argv, step.Env = []string{"/usr/bin/env"}, []string{"PATH=/usr/bin", "A=b", "TMPDIR=/nowhere"}
			if r := mustRun(t, w, step); string(r.Stdout) != "PATH=/usr/bin\nA=b\nTMPDIR=/nowhere\n" {
				t.Errorf("environment: %q", r.Stdout)
			}
			if err := s.WriteFile("gcc", []byte("#!/bin/sh\necho mine\n"), 0o700); err != nil {
				t.Fatal(err)
			}
			step.Argv, step.Env = []string{"gcc", "--version"}, []string{"PATH=.::/usr/bin"}
			if r := mustRun(t, w, step); strings.Contains(string(r.Stdout), "mine") {
				t.Errorf("ran the student's gcc: %q", r.Stdout)
			}
		})
	}
}

// TestOOMScoreStays has a step try to lower its OOM score.
func TestOOMScoreStays(t *testing.T) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	var capabilities uint64
	if _, err := fmt.Sscanf(strings.TrimSpace(statusLine(string(status), "CapEff")), "%x", &capabilities); err != nil {
		t.Fatal(err)
	}
	const sysResource = 24
	if capabilities&(1<<sysResource) == 0 {
		t.Skip("a score is fixed with CAP_SYS_RESOURCE only")
	}
	eachLevel(t, 1, func(t *testing.T, w *sandbox.Wall) {
		s := newScratch(t, w)
		r := mustRun(t, w, shell(s, "(echo 0 >/proc/self/oom_score_adj; cat /proc/self/oom_score_adj; sleep 0.01; cat /proc/self/oom_score_adj) 2>/dev/null"))
		if said := strings.TrimSpace(string(r.Stdout)); said != "" && said != "1000\n1000" {
			t.Errorf("the score is %q", said)
		}
	})
}
