package sandbox_test

import (
	"bytes"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/grader/grader/runner/sandbox"
)

// mayMount reports whether this process can give steps terminals: root with CAP_SYS_ADMIN.
func mayMount(t *testing.T) bool {
	t.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	capabilities, err := strconv.ParseUint(strings.TrimSpace(statusLine(string(status), "CapEff")), 16, 64)
	if err != nil {
		t.Fatal(err)
	}
	const sysAdmin = 21
	return os.Getuid() == 0 && capabilities&(1<<sysAdmin) != 0
}

// TestTerminals lets a step open all terminals that it can get, while another step uses some.
func TestTerminals(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip("no python3")
	}
	const take = `import os, sys
n, held = 0, []
try:
    while n < 5000:
        held.append(os.open("/dev/ptmx", os.O_RDWR | os.O_NOCTTY))
        n += 1
except OSError:
    pass
print(n, flush=True)
sys.stdin.read()
`
	const use = `import os, pty, sys
m, s = pty.openpty()
assert os.isatty(s) and os.ttyname(s).startswith("/dev/pts/")
status = pty.spawn([sys.executable, "-c", "import os; print(os.isatty(0), os.isatty(1), open('/dev/tty').isatty())"])
print("status", status)
`
	eachLevel(t, 2, func(t *testing.T, w *sandbox.Wall) {
		stdin, stop := pipe(t)
		taker, up := shell(newScratch(t, w), ""), make(chan string, 100)
		taker.Argv, taker.Stdin, taker.OnOutput = []string{"python3", "-c", take}, stdin, func(b []byte) { up <- string(b) }
		p, err := w.Start(t.Context(), taker)
		if err != nil {
			t.Fatal(err)
		}
		stdin.Close()
		got := strings.TrimSpace(<-up)
		user := shell(newScratch(t, w), "")
		user.Argv, user.LeaveTemp = []string{"python3", "-c", use}, true
		r := mustRun(t, w, user)
		stop.Close()
		if _, err := p.Wait(); err != nil {
			t.Fatal(err)
		}
		if !mayMount(t) {
			if got != "0" || r.Exit == 0 {
				t.Errorf("without the right to mount: %s terminals, and for a neighbour %+v", got, r)
			}
			return
		}
		if got != "16" {
			t.Errorf("%s terminals for one step, want 16", got)
		}
		if r.Exit != 0 || !bytes.Contains(r.Stdout, []byte("True True True")) || !bytes.Contains(r.Stdout, []byte("status 0")) {
			t.Errorf("a neighbour: %+v\n%s\n%s", r, r.Stdout, r.Stderr)
		}
		taker.Stdin = nil
		if r := mustRun(t, w, taker); strings.TrimSpace(string(r.Stdout)) != "16" {
			t.Errorf("the next step takes %q", r.Stdout)
		}
	})
}

// TestMountsAreTheSlots asserts that the machine's own mounts stay unchanged while steps run.
func TestMountsAreTheSlots(t *testing.T) {
	t.Parallel()
	before := ownMounts(t)
	eachLevel(t, 1, func(t *testing.T, w *sandbox.Wall) {
		step := shell(newScratch(t, w), "")
		during := ""
		step.Argv, step.OnOutput = []string{"echo", "up"}, func([]byte) { during = ownMounts(t) }
		mustRun(t, w, step)
		if during != before {
			t.Errorf("mounts before:\n%s\nwhile a step runs:\n%s", before, during)
		}
	})
}

// ownMounts returns the mounts of this process below /dev.
func ownMounts(t *testing.T) string {
	b, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		t.Error(err)
	}
	var list []string
	for line := range strings.Lines(string(b)) {
		if f := strings.Fields(line); len(f) > 4 && strings.HasPrefix(f[4], "/dev") {
			list = append(list, strings.Join(f[2:], " "))
		}
	}
	return strings.Join(list, "\n")
}
