package grade_test

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/grader/grader/runner/grade"
	"github.com/grader/grader/runner/sandbox"
	"github.com/grader/grader/schema"
)

// TestLevels grades one assignment of each kind at every level that is meant for real students.
func TestLevels(t *testing.T) {
	t.Parallel()
	for _, level := range []sandbox.Level{sandbox.LevelNamespace, sandbox.LevelUID} {
		t.Run(string(level), func(t *testing.T) {
			if level == sandbox.LevelUID && os.Getuid() != 0 {
				t.Skip("level uid needs root")
			}
			g := newGraderAt(t, level)
			submit := func(name string, tests, submission files, want string) {
				t.Run(name, func(t *testing.T) {
					dir := tests.write(t)
					start := time.Now()
					r, err := g.Grade(context.Background(), grade.Job{Kind: schema.JobGrade, Tests: dir, Submission: submission.write(t)}, nil)
					if err != nil {
						t.Fatal(err)
					}
					t.Logf("%s: %s", name, time.Since(start))
					points(t, r, want, want)
					if told, traced := r.Tests[0].Tampering, strings.Contains(submission["double.py"], "settrace"); strings.Contains(told, "sys.settrace") != traced {
						t.Errorf("told to staff: %q", told)
					}
					if r.Provenance.Wall != string(level) {
						t.Errorf("wall %q", r.Provenance.Wall)
					}
				})
			}
			need(t, "gcc", "python3", "javac")
			needVariable(t, g, "CLASSPATH_JUNIT", "PYTEST")
			submit("C", adder, files{"add.c": rightAdder}, "6")
			submit("Python, with a checker", pairs, files{"pair.py": "print(1, int(input()) - 1)\n"}, "4")
			submit("Python, with a driver", guessing, files{"guess.py": rightGuess}, "5")
			submit("pytest", words, files{"words.py": rightWords}, "3")
			submit("pytest, whose launcher speaks to the runner", doubling, files{"double.py": "import sys\nsys.settrace(None)\ndef double(x): return x + x\n"}, "4")
			submit("JUnit", stack, files{"src/Stack.java": rightStack}, "6")
		})
	}
}

// TestProgramsThatWriteToTemp checks the message about a program that fails because steps have no
// /tmp on this machine. Java finds its temporary directory everywhere.
func TestProgramsThatWriteToTemp(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		t.Skip("level uid needs root")
	}
	need(t, "python3", "javac")
	g := newGraderAt(t, sandbox.LevelUID)
	tests := files{"assignment.yaml": "title: Temporary\nlimits: {time: 20s, memory: 512MiB}\nbuild: auto\ntests:\n  - {name: writes, run: $PROGRAM, stdout: \"ok\\n\", points: 1}\n"}.write(t)
	r := gradeFiles(t, g, tests, files{"a.py": "open('/tmp/x', 'w').write('ok')\nprint(open('/tmp/x').read())\n"})
	got, want := byName(t, r, "writes"), schema.OutcomeCrashed
	if g.Wall.HasTemp() {
		want = schema.OutcomePassed
	}
	if got.Outcome != want || strings.Contains(got.Message, "$TMPDIR") == g.Wall.HasTemp() {
		t.Errorf("python: %+v", got)
	}
	r = gradeFiles(t, g, tests, files{"A.java": "import java.nio.file.*; class A { public static void main(String[] a) throws Exception { System.out.println(Files.readString(Files.writeString(Files.createTempFile(\"a\", \"b\"), \"ok\"))); } }\n"})
	points(t, r, "1", "1")
}

// TestProgramsThatUseSharedMemory checks the message about a program that needs /dev/shm where it
// is closed: at level uid on a machine that others use too.
func TestProgramsThatUseSharedMemory(t *testing.T) {
	t.Parallel()
	need(t, "python3", "gcc")
	for _, level := range []sandbox.Level{sandbox.LevelNamespace, sandbox.LevelUID} {
		t.Run(string(level), func(t *testing.T) {
			t.Parallel()
			if level == sandbox.LevelUID && os.Getuid() != 0 {
				t.Skip("level uid needs root")
			}
			g := newGraderAt(t, level)
			tests := files{"assignment.yaml": "title: Shared\nlimits: {time: 20s, memory: 512MiB}\nbuild: auto\ntests:\n  - {name: shares, run: $PROGRAM, stdout: \"ok\\n\", points: 1}\n"}.write(t)
			for name, program := range map[string]files{
				"Python's locks":         {"a.py": "import multiprocessing\nmultiprocessing.Lock()\nprint('ok')\n"},
				"Python's shared memory": {"a.py": "from multiprocessing import shared_memory\nm = shared_memory.SharedMemory(create=True, size=10)\nm.close(); m.unlink()\nprint('ok')\n"},
				"shm_open":               {"a.c": "#include <fcntl.h>\n#include <stdio.h>\n#include <sys/mman.h>\nint main(void) { if (shm_open(\"/bank\", O_CREAT | O_RDWR, 0600) < 0) { perror(\"shm_open\"); return 1; } shm_unlink(\"/bank\"); puts(\"ok\"); }\n"},
				"sem_open":               {"a.c": "#include <fcntl.h>\n#include <semaphore.h>\n#include <stdio.h>\nint main(void) { if (sem_open(\"/turn\", O_CREAT, 0600, 1) == SEM_FAILED) { perror(\"sem_open\"); return 1; } sem_unlink(\"/turn\"); puts(\"ok\"); }\n"},
				"a file":                 {"a.py": "open('/dev/shm/x', 'w')\nprint('ok')\n"},
			} {
				got := byName(t, gradeFiles(t, g, tests, program), "shares")
				told := strings.Contains(got.Message, "shared memory and named semaphores (/dev/shm)")
				if passed := got.Outcome == schema.OutcomePassed; passed != g.Wall.HasShared() || told == passed {
					t.Errorf("%s: %+v", name, got)
				}
			}
		})
	}
}
