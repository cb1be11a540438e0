package grade_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/runner/grade"
	"github.com/grader/grader/schema"
)

// stack is a Java assignment with JUnit 5 tests.
var stack = files{
	"assignment.yaml": `
title: Stack
limits: {time: 10s, wall: 120s, memory: 256MiB}
solution: solution/
build:
  - {name: compile, run: "javac -proc:none -d out src/*.java", time: 60s}
tests:
  - name: units
    needs: ["junit/**"]
    compile: "javac -proc:none -d $TEST_OUT -cp $CLASSPATH_JUNIT:$ARTEFACTS/out $(find $NEEDS -name '*.java')"
    run: "java -cp $CLASSPATH_JUNIT:$TEST_OUT:out org.junit.platform.console.ConsoleLauncher --scan-class-path $TEST_OUT --reports-dir $REPORTS --details none --disable-banner"
    report: junit
    points: 6
`,
	"junit/StackTest.java": `
import static org.junit.jupiter.api.Assertions.*;
import org.junit.jupiter.api.*;
class StackTest {
	@Test void startsEmpty() { assertEquals(0, new Stack().size()); }
	@Test @DisplayName("holds what was pushed") void pushes() { Stack s = new Stack(); s.push(7); assertEquals(1, s.size()); }
	@Test void pops() { Stack s = new Stack(); s.push(7); assertEquals(7, s.pop()); }
}`,
	"solution/src/Stack.java": rightStack,
}

const rightStack = `
public class Stack {
	private final java.util.ArrayList<Integer> all = new java.util.ArrayList<>();
	public int size() { return all.size(); }
	public void push(int i) { all.add(i); }
	public int pop() { return all.remove(all.size() - 1); }
}`

func TestJUnit(t *testing.T) {
	t.Parallel()
	need(t, "java", "javac")
	g := newGrader(t)
	needVariable(t, g, "CLASSPATH_JUNIT")
	tests := stack.write(t)
	pins, err := g.PinsOf(context.Background(), grade.Job{Tests: tests, Zone: time.UTC})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"StackTest.holds what was pushed", "StackTest.pops", "StackTest.startsEmpty"}
	if diff := cmp.Diff(want, slices.Sorted(slices.Values(pins.Tests["units"]))); diff != "" {
		t.Fatal(diff)
	}
	submit := func(t *testing.T, f files) schema.Result {
		t.Helper()
		r, err := g.Grade(context.Background(), grade.Job{Kind: schema.JobGrade, Tests: tests, Submission: f.write(t), Pins: &pins}, nil)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	t.Run("right", func(t *testing.T) {
		r := submit(t, files{"src/Stack.java": rightStack})
		points(t, r, "6", "6")
		for _, test := range r.Tests {
			if !test.InProcess || test.Tampering != "" {
				t.Errorf("%+v", test)
			}
		}
		if r.Build.Output != "" {
			t.Errorf("the build prints %q", r.Build.Output)
		}
	})
	t.Run("wrong", func(t *testing.T) {
		r := submit(t, files{"src/Stack.java": strings.Replace(rightStack, "all.size() - 1", "0", 1)})
		points(t, r, "6", "6")
		r = submit(t, files{"src/Stack.java": strings.Replace(rightStack, "return all.remove(all.size() - 1)", "return 0", 1)})
		points(t, r, "4", "6")
		got := outcome(t, r, "units/StackTest.pops", schema.OutcomeFailed)
		if !strings.Contains(got.Message, "expected: <7> but was: <0>") {
			t.Errorf("message %q", got.Message)
		}
	})
	t.Run("does not fit the tests", func(t *testing.T) {
		r := submit(t, files{"src/Stack.java": strings.Replace(rightStack, "void push", "void shove", 1)})
		points(t, r, "0", "6")
		if r.Outcome != schema.OutcomeGraded {
			t.Errorf("outcome %s", r.Outcome)
		}
		got := outcome(t, r, "units", schema.OutcomeCompileError)
		if !strings.Contains(got.Output, "cannot find symbol") || got.MaxScore.Sign() != 0 {
			t.Errorf("%+v", got)
		}
		outcome(t, r, "units/StackTest.pops", schema.OutcomeNotRun)
	})
	t.Run("System.exit(0)", func(t *testing.T) {
		r := submit(t, files{"src/Stack.java": strings.Replace(rightStack, "{ return all.size(); }", "{ System.exit(0); return 0; }", 1)})
		points(t, r, "0", "6")
		got := outcome(t, r, "units/StackTest.startsEmpty", schema.OutcomeMissing)
		if r.Tests[0].Tampering == "" || got.Message == "" {
			t.Errorf("tampering %q, message %q", r.Tests[0].Tampering, got.Message)
		}
	})
	t.Run("planted report", func(t *testing.T) {
		r := submit(t, files{"src/Stack.java": `
public class Stack {
	static {
		try {
			for (java.io.File f : new java.io.File(System.getenv("REPORTS")).getParentFile().listFiles()) System.err.println(f);
		} catch (Throwable e) { }
		try (java.io.FileWriter w = new java.io.FileWriter(System.getenv("REPORTS") + "/TEST-mine.xml")) {
			w.write("<testsuite><testcase classname='StackTest' name='pops()'/></testsuite>");
		} catch (Throwable e) { }
	}
	public int size() { return -1; } public void push(int i) { } public int pop() { return -1; }
}`})
		points(t, r, "0", "6")
		if r.Tests[0].Tampering == "" {
			t.Errorf("no tampering: %+v", r.Tests)
		}
	})
	t.Run("own Assertions and listeners", func(t *testing.T) {
		r := submit(t, files{
			"src/Stack.java":      strings.Replace(rightStack, "return all.remove(all.size() - 1)", "return 0", 1),
			"src/Assertions.java": "package org.junit.jupiter.api; public class Assertions { public static void assertEquals(int a, int b) { } }",
			"out/META-INF/services/org.junit.platform.launcher.TestExecutionListener": "Evil\n",
			"out/junit-platform.properties":                                           "junit.jupiter.execution.parallel.enabled=true\n",
		})
		points(t, r, "4", "6")
		want := []string{"out/META-INF/services/org.junit.platform.launcher.TestExecutionListener", "out/junit-platform.properties"}
		if diff := cmp.Diff(want, r.Dropped); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("loops", func(t *testing.T) {
		r := submit(t, files{"src/Stack.java": strings.Replace(rightStack, "{ all.add(i); }", "{ while (true) all.size(); }", 1)})
		points(t, r, "0", "6")
		got := outcome(t, r, "units/StackTest.pops", schema.OutcomeMissing)
		if !strings.Contains(got.Message, "time limit of 10 s") {
			t.Errorf("message %q, output %q, %+v", got.Message, got.Output, r.Tests)
		}
	})
}
