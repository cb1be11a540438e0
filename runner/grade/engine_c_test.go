package grade_test

import (
	"strings"
	"testing"

	"github.com/grader/grader/schema"
)

// adder is a C assignment with one case, a family, and a secret.
var adder = files{
	"assignment.yaml": `
title: Adder
limits: {time: 1s, wall: 8s, memory: 64MiB, output: 64KiB, processes: 16, disk: 1MiB}
build:
  - {name: compile, run: "gcc -O1 -o add *.c", time: 20s, memory: 512MiB, disk: 32MiB}
tests:
  - name: greets
    run: [./add, hello]
    stdout: "hello\n"
    points: 2
    hint: say hello
  - name: adds
    run: ./add
    cases: io/*.in
    points: 4
`,
	"io/1.in": "1 2\n", "io/1.out": "3\n",
	"io/2.in": "20 30\n", "io/2.out": "50\n",
}

const rightAdder = `#include <stdio.h>
int main(int n, char **v) {
	if (n > 1) { puts(v[1]); return 0; }
	int a, b; scanf("%d %d", &a, &b); printf("%d\n", a + b);
}`

func TestAdder(t *testing.T) {
	t.Parallel()
	need(t, "gcc")
	g := newGrader(t)
	tests := adder.write(t)
	c := func(body string) files {
		return files{"add.c": "#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n#include <unistd.h>\n" + body}
	}
	t.Run("right", func(t *testing.T) {
		r := gradeFiles(t, g, tests, files{"add.c": rightAdder})
		points(t, r, "6", "6")
		if r.Outcome != schema.OutcomeGraded || r.Build.Outcome != schema.OutcomePassed {
			t.Errorf("outcome %s, build %+v", r.Outcome, r.Build)
		}
		if hint := byName(t, r, "greets").Hint; hint != "" {
			t.Errorf("a passed test shows its hint %q", hint)
		}
	})
	t.Run("wrong", func(t *testing.T) {
		r := gradeFiles(t, g, tests, files{"add.c": strings.Replace(rightAdder, "a + b", "a == 1 ? 3 : a - b", 1)})
		points(t, r, "4", "6")
		got := outcome(t, r, "adds/2", schema.OutcomeFailed)
		if got.Message != `line 1: expected "50", got "-10"` {
			t.Errorf("message %q", got.Message)
		}
	})
	t.Run("does not compile", func(t *testing.T) {
		r := gradeFiles(t, g, tests, files{"add.c": "int main( {"})
		points(t, r, "0", "6")
		if r.Outcome != schema.OutcomeCompileError || r.Build.Outcome != schema.OutcomeCompileError {
			t.Errorf("outcome %s, build %s", r.Outcome, r.Build.Outcome)
		}
		if !strings.Contains(r.Build.Output, "add.c:1:") || r.Build.Message != "compile: exit status 1" {
			t.Errorf("build %+v", r.Build)
		}
		outcome(t, r, "greets", schema.OutcomeNotRun)
		outcome(t, r, "adds/2", schema.OutcomeNotRun)
	})
	for name, test := range map[string]struct {
		body string
		want schema.Outcome
	}{
		"loops":           {`int main(){ for(;;); }`, schema.OutcomeTimeLimit},
		"sleeps":          {`int main(){ sleep(100); }`, schema.OutcomeTimeLimit},
		"crashes":         {`int main(){ *(volatile int *)0 = 1; }`, schema.OutcomeCrashed},
		"exits":           {`int main(){ puts("hello"); return 3; }`, schema.OutcomeCrashed},
		"prints too much": {`int main(){ for(;;) puts("hello"); }`, schema.OutcomeOutputLimit},
		"eats memory":     {`int main(){ for(;;) memset(malloc(1<<20), 1, 1<<20); }`, schema.OutcomeMemoryLimit},
		"fills the disk":  {`int main(){ FILE *f = fopen("x", "w"); char b[65536]; memset(b, 1, sizeof b); for (int i = 0; i < 100; i++) { fwrite(b, sizeof b, 1, f); fflush(f); } sleep(1); puts("hello"); }`, schema.OutcomeDiskLimit},
	} {
		t.Run(name, func(t *testing.T) {
			r := gradeFiles(t, g, tests, c(test.body))
			got := outcome(t, r, "greets", test.want)
			if got.Hint != "say hello" || got.Message == "" {
				t.Errorf("hint %q, message %q", got.Hint, got.Message)
			}
			if r.Outcome != schema.OutcomeGraded || r.Blame != schema.BlameStudent {
				t.Errorf("outcome %s, blame %s", r.Outcome, r.Blame)
			}
			t.Log(got.Message, got.CPU, got.Wall, got.Memory)
		})
	}
}

// TestPathsOfTheBuild checks that the linker's and the address sanitizer's messages name the
// student's files as they are in the submission, although debugging information contains the
// directory of the build.
func TestPathsOfTheBuild(t *testing.T) {
	t.Parallel()
	need(t, "gcc")
	g := newGrader(t)
	tests := files{
		"assignment.yaml": `
title: Debugging information
solution: solution/
limits: {time: 20s, memory: 512MiB, disk: 64MiB}
build:
  - {name: compile, run: "gcc -g -fsanitize=address -c src/ring.c -o ring.o"}
tests:
  - name: frees once
    needs: [main.c]
    compile: gcc -g -fsanitize=address -o $TEST_OUT/units $NEEDS/main.c $ARTEFACTS/ring.o
    run: $TEST_OUT/units 2>&1
    stdout: done
`,
		"solution/src/ring.c": "void ring(void) {}\n",
		"main.c":              "#include <stdio.h>\nvoid ring(void); int main(void) { ring(); puts(\"done\"); }\n",
	}.write(t)
	t.Run("two main functions", func(t *testing.T) {
		r := gradeFiles(t, g, tests, files{"src/ring.c": "void ring(void) {}\nint main(void) { return 0; }\n"})
		checkPaths(t, byName(t, r, "frees once").Output, "\nsrc/ring.c:2: multiple definition of `main'")
	})
	t.Run("address sanitizer", func(t *testing.T) {
		r := gradeFiles(t, g, tests, files{"src/ring.c": "#include <stdlib.h>\nvoid ring(void) {\n\tchar *p = malloc(1);\n\tfree(p);\n\tfree(p);\n}\n"})
		checkPaths(t, byName(t, r, "frees once").Output, "in ring src/ring.c:5")
	})
}

// checkPaths checks that an output contains a text, and no directory of the wall.
func checkPaths(t *testing.T, output, want string) {
	t.Helper()
	if !strings.Contains(output, want) || strings.Contains(output, "/work/") {
		t.Errorf("no %q, or a path of the runner, in:\n%s", want, output)
	}
}
