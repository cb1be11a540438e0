package grade_test

import (
	"context"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/grader/grader/runner/grade"
	"github.com/grader/grader/runner/sandbox"
	"github.com/grader/grader/schema"
)

// stale compiles an older version of a source and returns the compiler's output.
func stale(t *testing.T, compile []string, source, text, product string) string {
	t.Helper()
	need(t, compile[0])
	dir := files{source: text}.write(t)
	command := exec.Command(compile[0], compile[1:]...)
	command.Dir = dir
	if out, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	content, err := os.ReadFile(filepath.Join(dir, product))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

const (
	saysNew = "#include <stdio.h>\nint main(void) { puts(\"new\"); return 0; }\n"
	saysOld = "#include <stdio.h>\nint main(void) { puts(\"old\"); return 0; }\n"
)

// TestStaleProductsAreBuiltAgain pushes old build products together with their sources. The sources must determine the result,
// whatever the times of the runner's copies are.
func TestStaleProductsAreBuiltAgain(t *testing.T) {
	t.Parallel()
	need(t, "make", "gcc")
	object := stale(t, []string{"gcc", "-c", "main.c"}, "main.c", saysOld, "main.o")
	program := stale(t, []string{"gcc", "-o", "hello", "main.c"}, "main.c", saysOld, "hello")
	header := "#define WORD \"new\"\n"
	for name, test := range map[string]struct {
		assignment string
		submission files
		note       string
	}{
		"an object": {
			"build: [{run: make}]\ntests: [{name: says, run: ./hello, stdout: new}]",
			files{"main.c": saysNew, "main.o": object, "Makefile": "hello: main.o\n\tgcc -o hello main.o\nmain.o: main.c\n\tgcc -c main.c\n"},
			"git rm --cached main.o",
		},
		"a program": {
			"build: [{run: make}]\ntests: [{name: says, run: ./hello, stdout: new}]",
			files{"hello.c": saysNew, "hello*": program, "Makefile": "hello: hello.c\n\tgcc -o hello hello.c\n"},
			"git rm --cached hello",
		},
		"an object and a list of what it depends on": {
			"build: [{run: make}]\ntests: [{name: says, run: ./hello, stdout: new}]",
			files{
				"main.c": strings.Replace(saysNew, "puts(\"new\")", "puts(WORD)", 1), "word.h": header, "main.o": object, "main.d": "main.o: main.c word.h\n",
				"Makefile": "hello: main.o\n\tgcc -o hello main.o\nmain.o: main.c\n\tgcc -include word.h -MMD -c main.c\n-include main.d\n",
			},
			"git rm --cached main.d main.o",
		},
		"make that only the test runs": {
			"tests: [{name: says, run: make -s && ./hello, stdout: new, processes: 64}]",
			files{"main.c": saysNew, "main.o": object, "hello*": program, "Makefile": "hello: main.o\n\tgcc -o $(PWD)/it main.o && ln -sf it hello\nmain.o: main.c\n\tgcc -c main.c\n"},
			"git rm --cached hello main.o",
		},
	} {
		for _, late := range []bool{false, true} {
			g := newGrader(t)
			dir := test.submission.write(t)
			product := time.Now().Add(-time.Hour)
			if late {
				product = time.Now().Add(time.Hour)
			}
			for _, built := range []string{"main.o", "hello", "main.d"} {
				if _, err := os.Stat(filepath.Join(dir, built)); err == nil {
					if err := os.Chtimes(filepath.Join(dir, built), product, product); err != nil {
						t.Fatal(err)
					}
				}
			}
			seen := &recorder{}
			tests := files{"assignment.yaml": "title: Times\n" + test.assignment + "\n"}.write(t)
			result, err := g.Grade(context.Background(), grade.Job{Kind: schema.JobGrade, Tests: tests, Submission: dir, Zone: time.UTC}, seen)
			if err != nil {
				t.Fatal(err)
			}
			outcome(t, result, "says", schema.OutcomePassed)
			if said := strings.Join(seen.lines, "\n"); !strings.Contains(said, test.note+"\n") || !strings.HasPrefix(result.Build.Output, "note: ") {
				t.Errorf("%s: %q does not say %q; build %+v", name, said, test.note, result.Build)
			}
		}
	}
}

// TestJavaTakesSourcesOverStaleClasses does the same for a compiler that searches for classes itself.
func TestJavaTakesSourcesOverStaleClasses(t *testing.T) {
	t.Parallel()
	const word = "class Word { static String get() { return \"%\"; } }\n"
	class := stale(t, []string{"javac", "Word.java"}, "Word.java", strings.Replace(word, "%", "old", 1), "Word.class")
	g := newGrader(t)
	tests := files{"assignment.yaml": "title: Times\nbuild: [{run: javac Main.java, memory: 512MiB, time: 30s}]\ntests: [{name: says, run: java Main, stdout: new}]\n"}
	submission := files{
		"Main.java":  "class Main { public static void main(String[] a) { System.out.println(Word.get()); } }\n",
		"Word.java":  strings.Replace(word, "%", "new", 1),
		"Word.class": class,
	}
	outcome(t, gradeFiles(t, g, tests.write(t), submission), "says", schema.OutcomePassed)
}

// timesAssignment prints the times of files wherever a step can find them.
var timesAssignment = files{
	"assignment.yaml": `
title: Times
prepare: [{run: "touch $PREPARED/made; cp -p own.a $PREPARED/kept"}]
build: [{run: "stat -c '%n %Y' main.c main.o sub sub/x.h .; cp -p main.c kept.c; date >made.txt; mkdir new; date >new/file"}]
tests:
  - name: artefacts
    run: "stat -c '%n %Y' main.c main.o sub sub/x.h kept.c made.txt new new/file ."
    stdout: |
      main.c 946771200
      main.o 946684800
      sub 946771200
      sub/x.h 946771200
      kept.c 946771200
      made.txt 946857600
      new 946771200
      new/file 946857600
      . 946771200
  - name: needs
    needs: ["data/**", lib.a]
    run: "cd $NEEDS && stat -c '%n %Y' data data/in.txt lib.a"
    stdout: |
      data 946771200
      data/in.txt 946771200
      lib.a 946684800
  - name: compiled
    compile: "cp -p $ARTEFACTS/main.o $TEST_OUT/kept.o; date >$TEST_OUT/made"
    run: "cd $TEST_OUT && stat -c '%n %Y' kept.o made"
    stdout: |
      kept.o 946684800
      made 946857600
  - name: trusted
    run: "true"
    checker: [sh, check.sh]
`,
	"check.sh":    "cd $PREPARED && test \"$(stat -c %Y kept made | tr '\\n' ' ')\" = '946857600 946857600 ' && exit 42; stat -c '%n %Y' * >\"$3/message.txt\"; exit 43",
	"data/in.txt": "x", "lib.a": "!<arch>\nx.o/", "own.a": "!<arch>\nx.o/",
}

// TestEveryFileHasItsTime grades copies of any age at every level, as different pools make them.
func TestEveryFileHasItsTime(t *testing.T) {
	t.Parallel()
	submission := files{"main.c": saysNew, "main.o": "\x7fELF\x02\x01\x01" + strings.Repeat("\x00", 9) + "\x01\x00\x3e\x00", "sub/x.h": "\n"}
	for _, level := range []sandbox.Level{sandbox.LevelNamespace, sandbox.LevelUID} {
		if level == sandbox.LevelUID && os.Getuid() != 0 {
			t.Log("level uid needs root")
			continue
		}
		g := newGraderAt(t, level)
		result := gradeFiles(t, g, timesAssignment.write(t), maps.Clone(submission))
		for _, test := range result.Tests {
			if test.Outcome != schema.OutcomePassed {
				t.Errorf("%s: %s: %s %q: %s", level, test.Name, test.Outcome, test.Message, test.Output)
			}
		}
		want := "main.c 946771200\nmain.o 946684800\nsub 946771200\nsub/x.h 946771200\n. 946771200"
		if result.Build == nil || !strings.HasSuffix(result.Build.Output, want) {
			t.Errorf("%s: the build saw %+v", level, result.Build)
		}
	}
}
