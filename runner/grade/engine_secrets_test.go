package grade_test

import (
	"os"
	"strings"
	"testing"

	"github.com/grader/grader/runner/sandbox"
	"github.com/grader/grader/schema"
)

// TestTestsAreNotReadable runs programs that search for expected output at every level: while
// building, while running, by name and through descriptors.
func TestTestsAreNotReadable(t *testing.T) {
	t.Parallel()
	need(t, "python3", "gcc")
	const secret = "the-expected-output-is-4711"
	for _, level := range []sandbox.Level{sandbox.LevelNamespace, sandbox.LevelUID} {
		t.Run(string(level), func(t *testing.T) {
			if level == sandbox.LevelUID && os.Getuid() != 0 {
				t.Skip("level uid needs root")
			}
			g := newGraderAt(t, level)
			tests := files{
				"assignment.yaml":   "title: T\nlimits: {time: 10s, memory: 256MiB}\nbuild:\n  - {run: 'sh ./build.sh'}\ntests:\n  - name: t\n    run: [python3, a.py]\n    cases: 'io/*.in'\n    needs: [support/data.txt]\n    exit: any\n",
				"io/1.in":           "1\n",
				"io/1.out":          secret + "\n",
				"support/data.txt":  "open\n",
				"support/other.txt": secret + "\n",
			}.write(t)
			search := `
import os, stat, sys
tests, secret = ` + "\"" + tests + "\", \"" + secret + "\"" + `
found = []
def look(path):
    try:
        if not stat.S_ISREG(os.stat(path).st_mode) or os.path.getsize(path) > 100000: return
        if secret in open(path, errors="replace").read() and not path.endswith(("a.py", "build.py", "build.sh")): found.append(path)
    except OSError: pass
around = os.getcwd()
while len(around) > 1:
    for d, _, names in os.walk(around):
        for n in names: look(os.path.join(d, n))
        if d.startswith(("/usr", "/proc", "/sys", "/lib", "/etc")): break
    around = os.path.dirname(around)
for path in (tests + "/io/1.out", tests + "/assignment.yaml", tests + "/support/other.txt"): look(path)
for fd in range(3, 64):
    try: found.append("descriptor %d: %s" % (fd, os.readlink("/proc/self/fd/%d" % fd)))
    except OSError: pass
found = [f for f in found if "/proc/" not in f]
for pid in (1, os.getppid()):
    for name in ("environ", "maps", "mem", "root/etc/shadow", "cwd/x"):
        try: content = open("/proc/%d/%s" % (pid, name), "rb").read(4096)
        except OSError: continue
        if pid == 1 or secret.encode() in content: found.append("/proc/%d/%s" % (pid, name))
for name in os.environ:
    if name in ("PREPARED", "REPORTS", "TEST_OUT") or secret in os.environ[name]: found.append(name)
`
			r := gradeFiles(t, g, tests, files{
				"a.py":     search + "assert not found, found\nprint(open(os.environ['NEEDS'] + '/support/data.txt').read() + str(os.listdir(os.environ['NEEDS'] + '/support')))\n",
				"build.sh": "python3 build.py || exit 1\nprintf 'const char x[] = {\\n#include \"" + tests + "/io/1.out\"\\n};\\n' > x.c\nif gcc -E x.c > x.i 2>/dev/null; then echo included; exit 1; fi\n",
				"build.py": search + "assert not found, found\nassert 'NEEDS' not in os.environ\n",
			})
			if r.Build.Outcome != schema.OutcomePassed {
				t.Fatalf("build: %+v", r.Build)
			}
			got := outcome(t, r, "t/1", schema.OutcomeFailed)
			if !strings.HasPrefix(got.Output, "open\n['data.txt']") {
				t.Errorf("output %q", got.Output)
			}
		})
	}
}
