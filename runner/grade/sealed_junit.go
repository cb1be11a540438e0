package grade

import (
	"context"
	"crypto/sha256"
	_ "embed" // the listener's source
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/grader/grader/runner/sandbox"
	"github.com/grader/grader/schema/assignment"
)

// sealedReports is the source of a JUnit listener that signs its reports. JUnit finds the listener
// on the class path automatically.
//
//go:embed frameworks/SealedReports.java
var sealedReports string

const (
	sealedJUnit   = "junit" // the listener's directory among the launchers
	sealedClass   = "grader/SealedReports.class"
	sealedService = "META-INF/services/org.junit.platform.launcher.TestExecutionListener"
	// compiledDir is the directory in which an image has the compiled listener. A machine without
	// it compiles the listener once and keeps it.
	compiledDir = "usr/lib/grader"
)

// compiledName returns the compiled listener's name, which depends on its sources.
func compiledName() string {
	sum := sha256.Sum256([]byte(sealedReports))
	return "junit-" + hex.EncodeToString(sum[:8]) + ".class"
}

// compiler returns the command that compiles the listener in its directory.
func compiler(classPath string) []string {
	return []string{"javac", "-proc:none", "-encoding", "UTF-8", "-cp", classPath, "-d", ".", "SealedReports.java"}
}

// CompileFrameworks compiles parts of test frameworks into the image in which this process runs, so
// that jobs do not have to.
func CompileFrameworks(ctx context.Context, i Image) error {
	if i.Variables["CLASSPATH_JUNIT"] == "" {
		return nil
	}
	dir, err := os.MkdirTemp("", "frameworks-")
	if err != nil {
		return fmt.Errorf("compile frameworks: %w", err)
	}
	defer os.RemoveAll(dir)
	if err := os.WriteFile(filepath.Join(dir, "SealedReports.java"), []byte(sealedReports), 0o600); err != nil {
		return fmt.Errorf("compile frameworks: %w", err)
	}
	argv := compiler(i.Variables["CLASSPATH_JUNIT"])
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Dir = dir
	if said, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("compile frameworks: %w\n%s", err, said)
	}
	class, err := os.ReadFile(filepath.Join(dir, sealedClass))
	if err != nil {
		return fmt.Errorf("compile frameworks: %w", err)
	}
	if err := os.MkdirAll("/"+compiledDir, 0o755); err != nil {
		return fmt.Errorf("compile frameworks: %w", err)
	}
	return keepClass(filepath.Join("/"+compiledDir, compiledName()), class)
}

// keepClass writes a class so that others can read it at any time.
func keepClass(file string, class []byte) error {
	fresh, err := os.CreateTemp(filepath.Dir(file), "class-")
	if err != nil {
		return fmt.Errorf("keep class: %w", err)
	}
	_, err = fresh.Write(class)
	err = errors.Join(err, fresh.Chmod(0o644), fresh.Close())
	if err == nil {
		err = os.Rename(fresh.Name(), file)
	}
	if err != nil {
		os.Remove(fresh.Name())
		return fmt.Errorf("keep class: %w", err)
	}
	return nil
}

// wantsJUnit reports whether the assignment has a JUnit test.
func (s *materials) wantsJUnit() bool {
	if s.grader.Image.Variables["CLASSPATH_JUNIT"] == "" {
		return false
	}
	return slices.ContainsFunc(s.spec.Tests, func(t assignment.Test) bool { return usesJUnit(&t) })
}

// usesJUnit reports whether a test starts JUnit through $CLASSPATH_JUNIT.
func usesJUnit(t *assignment.Test) bool {
	line := t.Run.Shell + strings.Join(t.Run.Argv, " ")
	return t.Report == assignment.ReportJUnit && strings.Contains(line, "CLASSPATH_JUNIT")
}

// sealJUnit adds the compiled listener to the launchers.
func (s *materials) sealJUnit(ctx context.Context, to *sandbox.Scratch) error {
	class, err := s.compiledListener(ctx)
	if err != nil || class == nil {
		return err
	}
	return errors.Join(
		to.WriteFile(sealedJUnit+"/"+sealedClass, class, 0o644),
		to.WriteFile(sealedJUnit+"/"+sealedService, []byte("grader.SealedReports\n"), 0o644),
	)
}

// compiledListener returns the class: the image's, the one that this machine keeps, or a new one.
// It returns nil if this machine's JUnit is too old for it.
func (s *materials) compiledListener(ctx context.Context) ([]byte, error) {
	kept := ""
	if dir := s.grader.Wall.Cache(); dir != "" {
		kept = filepath.Join(dir, compiledName())
	}
	for _, file := range []string{filepath.Join("/"+compiledDir, compiledName()), kept} {
		if class, err := os.ReadFile(file); err == nil {
			return class, nil
		}
	}
	class, err := s.compileListener(ctx)
	if err != nil || class == nil || kept == "" {
		return class, err
	}
	if err := keepClass(kept, class); err != nil {
		s.grader.Logger.Warn("the listener that signs JUnit's reports is compiled again for each job", "error", err)
	}
	return class, nil
}

// compileListener compiles the listener behind the wall, as a step of the job.
func (s *materials) compileListener(ctx context.Context) ([]byte, error) {
	p, err := s.newPlace()
	if err != nil {
		return nil, err
	}
	defer p.remove()
	if err := p.scratch.WriteFile("SealedReports.java", []byte(sealedReports), 0o644); err != nil {
		return nil, err
	}
	run, err := s.run(ctx, order{
		command: assignment.Command{Argv: compiler("$CLASSPATH_JUNIT")}, place: p, limits: s.roomy(s.spec.Limits), compile: true,
	})
	if err != nil {
		return nil, err
	}
	if run.Exit != 0 || run.Signal != 0 || run.Limit != "" {
		s.grader.Logger.Warn("the listener that signs JUnit's reports does not compile here", "said", string(run.Stdout))
		return nil, nil
	}
	const maxClass = 1 << 20
	return p.scratch.ReadFile(sealedClass, maxClass)
}

// sealedClassPath returns the value of $CLASSPATH_JUNIT with the launchers.
func sealedClassPath(value, frameworks string) string {
	if frameworks == "" {
		return value
	}
	dir := filepath.Join(frameworks, sealedJUnit)
	if _, err := os.Stat(dir); err != nil {
		return value
	}
	return dir + ":" + value
}
