package grade_test

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/grader/grader/runner/grade"
	"github.com/grader/grader/schema"
)

// asksHome is a stack that prints the path of the Java that judges it, and whether sun.misc.Unsafe
// exists.
var asksHome = strings.Replace(rightStack, "{ return all.size(); }", `{
	String there = "unsafe";
	try { Class.forName("sun.misc.Unsafe"); } catch (ClassNotFoundException e) { there = "safe"; }
	throw new IllegalStateException("home " + System.getProperty("java.home") + ", " + there);
}`, 1)

// publicDir makes a directory that steps can read.
func publicDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "archives")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestJavaArchivesChangeNoVerdict(t *testing.T) {
	t.Parallel()
	need(t, "java", "javac", "jlink")
	g := newGrader(t)
	needVariable(t, g, "CLASSPATH_JUNIT")
	dir := publicDir(t)
	plain := g.Image.WithoutArchives()
	fast, err := g.Image.ArchivesIn(context.Background(), dir)
	if err != nil {
		t.Fatal(err)
	}
	tests := stack.write(t)
	g.Image = plain
	pins, err := g.PinsOf(context.Background(), grade.Job{Tests: tests, Zone: time.UTC})
	if err != nil {
		t.Fatal(err)
	}
	result := func(image grade.Image, source string) schema.Result {
		g.Image = image
		return mustGrade(t, g, grade.Job{Kind: schema.JobGrade, Tests: tests, Submission: files{"src/Stack.java": source}.write(t), Pins: &pins})
	}
	for name, source := range map[string]string{
		"right":            rightStack,
		"wrong":            strings.Replace(rightStack, "return all.remove(all.size() - 1)", "return 0", 1),
		"does not compile": "public class Stack {",
		"exits":            strings.Replace(rightStack, "{ return all.size(); }", "{ System.exit(0); return 0; }", 1),
	} {
		t.Run(name, func(t *testing.T) {
			measured := cmp.Options{cmpopts.IgnoreTypes(time.Duration(0), time.Time{}), cmpopts.IgnoreFields(schema.TestResult{}, "Memory")}
			if diff := cmp.Diff(result(plain, source), result(fast, source), measured, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("without archives, with them:\n%s", diff)
			}
		})
	}
	t.Run("the runtime judges", func(t *testing.T) {
		got := outcome(t, result(fast, asksHome), "units/StackTest.startsEmpty", schema.OutcomeFailed)
		if !strings.Contains(got.Output, "home "+dir) || !strings.Contains(got.Output, ", safe") {
			t.Errorf("output %q", got.Output)
		}
	})
	t.Run("a command that names modules gets the machine's own Java", func(t *testing.T) {
		other := maps.Clone(stack)
		other["assignment.yaml"] = strings.Replace(stack["assignment.yaml"], "run: \"java ", "run: \"java --add-modules jdk.unsupported ", 1)
		g.Image = fast
		r := mustGrade(t, g, grade.Job{Kind: schema.JobGrade, Tests: other.write(t), Submission: files{"src/Stack.java": asksHome}.write(t), Pins: &pins})
		got := outcome(t, r, "units/StackTest.startsEmpty", schema.OutcomeFailed)
		if !strings.Contains(got.Output, "home "+plain.Variables["JAVA_HOME"]) || !strings.Contains(got.Output, ", unsafe") {
			t.Errorf("output %q", got.Output)
		}
	})
}

// TestMakingArchivesFails checks that a failed step leaves nothing behind, and that the error names the program.
func TestMakingArchivesFails(t *testing.T) {
	t.Parallel()
	need(t, "java", "javac")
	g := newGrader(t)
	needVariable(t, g, "CLASSPATH_JUNIT")
	dir := publicDir(t)
	broken := g.Image
	broken.Variables = map[string]string{"JAVA_HOME": g.Image.Variables["JAVA_HOME"], "CLASSPATH_JUNIT": filepath.Join(dir, "none.jar")}
	_, err := broken.ArchivesIn(context.Background(), dir)
	if schema.CodeOf(err) != schema.CodeUnavailable || !strings.Contains(schema.MessageOf(err), "javac: ") {
		t.Errorf("error %v", err)
	}
	left, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// TestKilledGoCacheLeavesNothing kills a process that makes a cache. The next process makes it again and removes the
// remains.
func TestKilledGoCacheLeavesNothing(t *testing.T) {
	t.Parallel()
	g := newGrader(t)
	needVariable(t, g, "GOROOT")
	dir := publicDir(t)
	if err := os.MkdirAll(filepath.Join(dir, ".go-1234", "cache"), 0o700); err != nil {
		t.Fatal(err)
	}
	image, err := g.Image.GoCacheIn(context.Background(), dir, "errors")
	if err != nil {
		t.Fatal(err)
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 1 || filepath.Join(dir, left[0].Name()) != image.Variables["GOCACHE"] {
		t.Errorf("in the directory: %v, %v", left, err)
	}
}
