package command

import (
	"context"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/grader/grader/configs"
	"github.com/grader/grader/runner/grade"
	"github.com/grader/grader/runner/sandbox"
	"github.com/grader/grader/schema"
)

// TestInitPassesItsGate runs `grader init` for every language whose tools this machine has. The result passes its own gate.
func TestInitPassesItsGate(t *testing.T) {
	t.Parallel()
	g := openGrader(t)
	tools := map[string]string{"c": "gcc", "cpp": "g++", "java": "javac", "python": "python3", "go": "go", "javascript": "node"}
	frameworks := map[string]string{"c": "CMOCKA", "cpp": "GTEST", "java": "CLASSPATH_JUNIT", "python": "PYTEST", "go": "GOROOT"}
	for _, language := range configs.StarterLanguages() {
		t.Run(language, func(t *testing.T) {
			tests := filepath.Join(t.TempDir(), "tests")
			status, out, errs := runCommand(t, "init", language, tests)
			if status != 0 || !strings.Contains(out, "grader check "+tests+" ") {
				t.Fatalf("status %d, %s%s", status, out, errs)
			}
			if _, err := exec.LookPath(tools[language]); err != nil {
				t.Skip("no " + tools[language])
			}
			if name := frameworks[language]; name != "" && g.Image.Variables[name] == "" {
				t.Skip("no $" + name)
			}
			r := gated(t, g, tests)
			if !r.Gate.Passed || r.Score.String() != "20" || len(r.Gate.Samples) != 2 {
				t.Errorf("%s, %s of %s: %s\n%+v", r.Outcome, r.Score, r.MaxScore, r.Message, r.Gate)
			}
		})
	}
}

// openGrader opens a grader that is closed when the test ends.
func openGrader(t *testing.T) *grade.Grader {
	t.Helper()
	dir := t.TempDir()
	must(t, os.Chmod(dir, 0o711))
	for parent := filepath.Dir(dir); parent != os.TempDir() && len(parent) > 1; parent = filepath.Dir(parent) {
		must(t, os.Chmod(parent, 0o711))
	}
	logger := slog.New(slog.DiscardHandler)
	g, err := grade.Open(context.Background(), dir, sandbox.Options{Dir: filepath.Join(dir, "wall"), Min: sandbox.LevelUID, Logger: logger}, time.Now, logger)
	must(t, err)
	t.Cleanup(func() { must(t, g.Close()) })
	return g
}

// gated runs the whole gate of a tests repository.
func gated(t *testing.T, g *grade.Grader, tests string) schema.Result {
	t.Helper()
	r, err := g.Grade(context.Background(), grade.Job{Kind: schema.JobGate, Tests: tests, Zone: time.UTC}, nil)
	must(t, err)
	if r.Gate == nil {
		t.Fatalf("no gate was run: %s", r.Message)
	}
	return r
}

func TestInitRefusals(t *testing.T) {
	t.Parallel()
	full := t.TempDir()
	must(t, os.WriteFile(filepath.Join(full, "mine"), nil, 0o600))
	for want, args := range map[string][]string{
		`there is no language "cobol"; write one of c, cpp, java, python, go, javascript`: {"cobol", filepath.Join(full, "x")},
		"is not empty; name a new directory":                                              {"python", full},
		"DIR":                                                                             {"python"},
	} {
		if status, _, errs := runCommand(t, append([]string{"init"}, args...)...); status == 0 || !strings.Contains(errs, want) {
			t.Errorf("status %d, %q, want %q", status, errs, want)
		}
	}
}
