package grade_test

import (
	"os"
	"strings"
	"testing"

	"github.com/grader/grader/runner/sandbox"
	"github.com/grader/grader/schema"
)

// surroundings prints everything that a program can learn about the machine and that must be the
// same in every grading.
var surroundings = files{
	"assignment.yaml": `
title: Surroundings
limits: {time: 20s, memory: 512MiB}
tests:
  - name: variables
    run: "env | grep -vE '^(PWD|HOME|TMPDIR|ARTEFACTS|FRAMEWORKS|PATH|_|JAVA|JDK|CLASSPATH|PYTEST|GTEST|CATCH2|CMOCKA|CHECK|UNITY|GO|CGO|LD_LIBRARY_PATH)' | sort"
    stdout: |
      ASAN_OPTIONS=detect_leaks=0
      LANG=C.UTF-8
      LC_ALL=C.UTF-8
      LOGNAME=student
      LSAN_OPTIONS=detect_leaks=0
      MALLOC_ARENA_MAX=2
      OMP_NUM_THREADS=2
      PERL_HASH_SEED=0
      PERL_PERTURB_KEYS=0
      PYTHONDONTWRITEBYTECODE=1
      PYTHONHASHSEED=0
      PYTHON_CPU_COUNT=2
      TZ=UTC
      USER=student
  - name: processors
    run: nproc; echo $GOMAXPROCS
    stdout: "2\n2\n"
  - name: who
    run: python3 -c 'import getpass; print(getpass.getuser())'
    stdout: student
  - name: zone
    run: "date -d @0 +%H:%M; env -u TZ date -d @0 +%H:%M; perl -e 'print join(q(:), (localtime(0))[2,1]), qq(\n)'"
    stdout: "00:00\n00:00\n0:0\n"
  - name: sorted
    run: "printf 'b\\nA\\na\\nB\\n' | sort | tr -d '\\n'; mkdir d; touch d/b d/A d/a d/B; echo d/*"
    stdout: "ABabd/A d/B d/a d/b\n"
  - name: modes
    run: "umask; stat -L -c '%n %a' data.txt tool.sh sub; ./tool.sh"
    stdout: "0077\ndata.txt 600\ntool.sh 555\nsub 700\nran\n"
  - name: hashes of Perl
    run: 'test "$(perl hash.pl)" = "$(perl hash.pl)"'
  - name: hashes of Python
    run: 'test "$(python3 hash.py)" = "$(python3 hash.py)"'
  - name: cores
    run: "sh -c 'kill -SEGV $$' || true; ls core* 2>/dev/null || echo none"
    stdout: "none\n"
`,
}

// TestEnvironmentIsTheSameAtEveryLevel grades at every level while the runner has another time zone, language and user.
func TestEnvironmentIsTheSameAtEveryLevel(t *testing.T) {
	for name, value := range map[string]string{
		"TZ": "Asia/Kathmandu", "LANG": "tr_TR.UTF-8", "LC_ALL": "sv_SE.UTF-8", "USER": "somebody", "HOME": "/root", "PERL_HASH_SEED": "7",
		"GOMAXPROCS": "9", "PYTHONPATH": "/root", "LD_PRELOAD": "", "COLUMNS": "20",
	} {
		t.Setenv(name, value)
	}
	need(t, "python3", "perl")
	submission := files{
		"data.txt": "x", "tool.sh*": "#!/bin/sh\necho ran\n", "sub/x": "",
		"hash.pl": "my %h = map { $_ => 1 } 1 .. 50; print join(' ', keys %h);",
		"hash.py": "print(set(map(str, range(50))))",
	}
	for _, level := range []sandbox.Level{sandbox.LevelNamespace, sandbox.LevelUID} {
		if level == sandbox.LevelUID && os.Getuid() != 0 {
			continue
		}
		g := newGraderAt(t, level)
		job := graded(surroundings.write(t), submission.write(t))
		job.Flavour = &schema.Flavour{Name: "two", CPU: 2}
		result := mustGrade(t, g, job)
		for _, test := range result.Tests {
			if test.Outcome != schema.OutcomePassed {
				t.Errorf("%s: %s: %s %s\n%s", level, test.Name, test.Outcome, test.Message, strings.TrimSpace(test.Output))
			}
		}
	}
}
