package sandbox_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/grader/grader/runner/sandbox"
)

// inheritedBy is set in the process that was started with an unusual environment.
const inheritedBy = "GRADER_TEST_INHERITED"

// TestStepsInheritNothing runs itself again as a child with an unusual environment (nohup, no umask,
// blocked signals, another time zone and language), and checks what a step inherits from it.
func TestStepsInheritNothing(t *testing.T) {
	if os.Getenv(inheritedBy) == "" {
		const odd = `import os, signal, sys
for s in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGUSR1, signal.SIGPIPE, signal.SIGCHLD):
    signal.signal(s, signal.SIG_IGN if s != signal.SIGCHLD else signal.SIG_DFL)
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM, signal.SIGUSR2, signal.SIGXCPU})
os.umask(0)
os.environ.update(TZ="Asia/Kathmandu", LANG="tr_TR.UTF-8", LC_ALL="tr_TR.UTF-8", PYTHONHASHSEED="7", USER="somebody")
os.execv(sys.argv[1], sys.argv[1:])
`
		python, err := exec.LookPath("python3")
		if err != nil {
			t.Skip("no python3")
		}
		again := exec.Command(python, "-c", odd, os.Args[0], "-test.run", "^TestStepsInheritNothing$", "-test.v")
		again.Env = append(os.Environ(), inheritedBy+"=1")
		out, err := again.CombinedOutput()
		if err != nil || !strings.Contains(string(out), "--- PASS: TestStepsInheritNothing") {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	for _, level := range []sandbox.Level{sandbox.LevelNamespace, sandbox.LevelUID} {
		t.Run(string(level), func(t *testing.T) {
			w := openAt(t, level, 1)
			s := newScratch(t, w)
			if err := s.WriteFile("dir/tool", []byte("#!/bin/sh\necho tool\n"), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := s.WriteFile("data", []byte("data\n"), 0o644); err != nil {
				t.Fatal(err)
			}
			zone := "/etc/localtime /etc/timezone"
			if level == sandbox.LevelUID {
				zone = "/etc/timezone" // the other may be a link into /usr, and a program can read its target; TZ takes precedence
			}
			r := mustRun(t, w, shell(s, `env | sort; umask; stat -c '%n %a' dir dir/tool data; dir/tool; cat data; date -d @0 +%Z; cat `+zone+` 2>/dev/null; echo x >new; stat -c '%n %a' new`))
			path := []string{
				"PATH=/usr/bin:/bin", "PWD=" + s.Path(), "TMPDIR=" + strings.TrimSuffix(s.Path(), "work") + "tmp",
				"0077", "dir 700", "dir/tool 700", "data 600", "tool", "data", "UTC", "new 600", "",
			}
			if want := strings.Join(path, "\n"); string(r.Stdout) != want || len(r.Stderr) > 0 {
				t.Errorf("got\n%s%s\nwant\n%s", r.Stdout, r.Stderr, want)
			}
			signals := shell(s, "")
			signals.Argv = []string{"grep", "-E", "^Sig(Blk|Ign)", "/proc/self/status"}
			const none = "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n"
			if r := mustRun(t, w, signals); string(r.Stdout) != none {
				t.Errorf("signals:\n%s%s", r.Stdout, r.Stderr)
			}
		})
	}
}
