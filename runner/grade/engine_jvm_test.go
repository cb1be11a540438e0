package grade_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/grader/grader/schema"
)

// javaProgram is an assignment with an ordinary Java program that must work within the default
// limits.
var javaProgram = files{
	"assignment.yaml": `
title: Sum
limits: {time: 20s, memory: 256MiB}
build:
  - {name: compile, run: "javac -d . *.java", time: 60s}
tests:
  - name: sums
    run: "java Main 2>&1"
    stdin: "250000\n"
    stdout: "250000\n"
`,
}

func TestJavaInItsLimits(t *testing.T) {
	t.Parallel()
	need(t, "java", "javac")
	g := newGrader(t)
	needVariable(t, g, "JAVA_HOME")
	tests := javaProgram.write(t)
	main := func(body string) files {
		return files{"Main.java": "import java.util.*;\npublic class Main {\n\tstatic int deep(int n) { return n == 0 ? 0 : 1 + deep(n - 1); }\n\tpublic static void main(String[] a) throws Exception {\n\t\tint n = new Scanner(System.in).nextInt();\n" + body + "\n\t}\n}\n"}
	}
	for name, test := range map[string]struct {
		body string
		want schema.Outcome
	}{
		"a map":                 {"Map<Integer, String> m = new HashMap<>(); for (int i = 0; i < n; i++) m.put(i, \"v\" + i); System.out.println(m.size());", schema.OutcomePassed},
		"deep recursion":        {"System.out.println(deep(n));", schema.OutcomePassed},
		"recursion without end": {"try { deep(-1); } catch (StackOverflowError e) { System.out.println(n); }", schema.OutcomePassed},
		"threads":               {"int[] s = new int[1]; Thread[] t = new Thread[30]; for (int i = 0; i < 30; i++) { t[i] = new Thread(() -> { synchronized (s) { s[0]++; } }); t[i].start(); } for (Thread x : t) x.join(); System.out.println(s[0] * (n / 30) + n % 30);", schema.OutcomePassed},
		"exhausts":              {"List<long[]> l = new ArrayList<>(); while (true) l.add(new long[1 << 16]);", schema.OutcomeMemoryLimit},
		"throws":                {"throw new IllegalStateException(\"no\");", schema.OutcomeCrashed},
	} {
		t.Run(name, func(t *testing.T) {
			r := gradeFiles(t, g, tests, main(test.body))
			got := outcome(t, r, "sums", test.want)
			if strings.Contains(got.Output+r.Build.Output, "Picked up") {
				t.Errorf("noise: %q, %q", got.Output, r.Build.Output)
			}
			t.Logf("%s: cpu %s, %d MiB; build %s", got.Outcome, got.CPU, got.Memory>>20, r.Build.Duration)
		})
	}
}

// TestJUnitWithoutUnsafe checks that a submission next to its judge cannot use sun.misc.Unsafe,
// unless the test's command enables it.
func TestJUnitWithoutUnsafe(t *testing.T) {
	t.Parallel()
	need(t, "java", "javac")
	p := pin(t, stack)
	needVariable(t, p.grader, "CLASSPATH_JUNIT")
	given := maps.Clone(stack)
	given["assignment.yaml"] = strings.Replace(stack["assignment.yaml"], "java -cp", "java --add-modules jdk.unsupported -cp", 1)
	if given["assignment.yaml"] == stack["assignment.yaml"] {
		t.Fatal("no java -cp in the assignment")
	}
	asks := files{"src/Stack.java": strings.Replace(rightStack, "{", `{ static { try { Class.forName("sun.misc.Unsafe"); } catch (ClassNotFoundException e) { throw new IllegalStateException("no Unsafe"); } }`, 1)}
	r := p.submit(t, asks)
	points(t, r, "0", "6")
	if !strings.Contains(r.Tests[0].Message, "no Unsafe") {
		t.Errorf("message %q", r.Tests[0].Message)
	}
	points(t, pin(t, given).submit(t, asks), "6", "6")
}
