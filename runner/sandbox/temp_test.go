package sandbox_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/grader/grader/runner/sandbox"
)

// eachTemp runs a test at every level at which steps have /tmp on this machine.
func eachTemp(t *testing.T, slots int, test func(t *testing.T, w *sandbox.Wall)) {
	eachLevel(t, slots, func(t *testing.T, w *sandbox.Wall) {
		if !w.HasTemp() {
			t.Skip("not where the machine is shared: see docs/security.md")
		}
		test(t, w)
	})
}

// TestTempIsEmptyForTheNext checks that a step cannot see what an earlier step left in /tmp and is
// not hindered by it, unless both use the same scratch directory.
func TestTempIsEmptyForTheNext(t *testing.T) {
	eachTemp(t, 1, func(t *testing.T, w *sandbox.Wall) {
		planted := newScratch(t, w)
		plant := shell(planted, `umask 0; echo mine >/tmp/x; mkdir -m 777 /tmp/dir; echo mine >/tmp/dir/x; ln -s /etc/passwd /tmp/link; ln -s . /tmp/loop
			mkfifo /tmp/fifo; touch /tmp/closed /tmp/-rf; chmod 0 /tmp/closed; chmod 777 /tmp/. "$TMPDIR"; ls -d /tmp/*; mv /tmp /gone 2>/dev/null || rm /tmp 2>/dev/null; true`)
		if r := mustRun(t, w, plant); !strings.Contains(string(r.Stdout), "/tmp/closed\n/tmp/dir\n/tmp/fifo\n/tmp/link\n/tmp/loop\n") {
			t.Fatalf("%q %q", r.Stdout, r.Stderr)
		}
		use := `for f in x dir link loop fifo closed; do test -e /tmp/$f -o -L /tmp/$f && echo found $f; echo own >/tmp/$f && cat /tmp/$f; done`
		if r := mustRun(t, w, shell(newScratch(t, w), use)); string(r.Stdout) != strings.Repeat("own\n", 6) || len(r.Stderr) > 0 {
			t.Errorf("another's: %q %q", r.Stdout, r.Stderr)
		}
		if r := mustRun(t, w, shell(planted, "cat /tmp/x; echo more >>/tmp/x")); string(r.Stdout) != "mine\n" {
			t.Errorf("the same one's: %q %q", r.Stdout, r.Stderr)
		}
		if err := planted.Remove(); err != nil {
			t.Error(err)
		}
	})
}

// TestTempCountsAsDisk checks that the disk limit includes /tmp and files without a name.
func TestTempCountsAsDisk(t *testing.T) {
	eachTemp(t, 1, func(t *testing.T, w *sandbox.Wall) {
		for _, c := range [][]string{{"disk.c", "many"}, {"disk.c", "unlinked"}, {"disk.c", "empty"}, {"disk.c", "deep"}, {"hide.c", "mmap"}} {
			s := newScratch(t, w)
			argv, dir := arm(t, w, c[0])
			step := shell(s, "")
			step.Argv = append([]string{"/usr/bin/env", "-C", "/tmp"}, append(argv, c[1])...)
			step.Read, step.Limits, step.Alone = []string{dir.Path()}, usual(), true
			if c[1] == "empty" {
				step.Limits.Disk = 2 << 20
			}
			if r := mustRun(t, w, step); verdict(r) != "disk limit" {
				t.Errorf("%q: %s\n%s%s", c, verdict(r), r.Stdout, r.Stderr)
			}
			if err := s.Remove(); err != nil {
				t.Error(err)
			}
		}
	})
}

// TestTempIsNotShared checks that only the step that has /tmp can reach it. After that step another
// one can get it.
func TestTempIsNotShared(t *testing.T) {
	eachTemp(t, 2, func(t *testing.T, w *sandbox.Wall) {
		owner, up := shell(newScratch(t, w), "umask 0; chmod 777 /tmp/.; echo secret >/tmp/x; mkfifo /tmp/fifo; echo up; exec sleep 60"), make(chan string, 1)
		owner.OnOutput = func(b []byte) { up <- string(b) }
		p, err := w.Start(t.Context(), owner)
		if err != nil {
			t.Fatal(err)
		}
		if said := <-up; said != "up\n" {
			t.Errorf("the owner: %q", said)
		}
		other := shell(newScratch(t, w), `ls /tmp; cat /tmp/x; echo planted >/tmp/x; cd /tmp && echo planted >x
			cat "$(readlink /tmp)/x" "$(readlink -f /tmp)/x"; echo planted >"$TMPDIR/x"; cat "$TMPDIR/x"`)
		other.LeaveTemp = true
		if r := mustRun(t, w, other); strings.Contains(string(r.Stdout), "secret") || !strings.HasSuffix(string(r.Stdout), "planted\n") {
			t.Errorf("beside: %q %q", r.Stdout, r.Stderr)
		}
		p.Kill()
		if _, err := p.Wait(); err != nil {
			t.Fatal(err)
		}
		if data, err := os.ReadFile(filepath.Join(owner.Write[0].Temp(), "x")); err != nil || string(data) != "secret\n" {
			t.Errorf("the owner's: %q, %v", data, err)
		}
		if r := mustRun(t, w, shell(newScratch(t, w), "echo mine >/tmp/x && cat /tmp/x")); string(r.Stdout) != "mine\n" {
			t.Errorf("afterwards: %q %q", r.Stdout, r.Stderr)
		}
	})
}

// TestAloneReadsNothingOfTheRunner checks a step that may see all of /proc, because it is alone in a container
// of its own. It can read what everybody may know about the runner and its children, but not their memory, files
// and environment. The same applies to a child that has ended and was not waited for, such as a stage that has
// started a step.
func TestAloneReadsNothingOfTheRunner(t *testing.T) {
	eachLevel(t, 1, func(t *testing.T, w *sandbox.Wall) {
		startChild(t, "/bin/sleep", "600")
		awaitZombie(t, startChild(t, "/bin/true"))
		f := newField(t, w)
		for _, c := range [][]string{
			{"reading.c", "$SECRET", "$TESTS", "$RUNNER", "$PARENT", "1"}, {"writing.c", "/proc/sys/kernel/core_pattern", "/proc/sysrq-trigger", "/proc/1/oom_score_adj"},
			{"calls.c", "others"}, {"kill.c", "$RUNNER", "$PARENT"},
		} {
			s := newScratch(t, w)
			argv, dir := arm(t, w, c[0])
			step := shell(s, "")
			step.Argv, step.Read, step.Limits, step.Alone = append(argv, f.fill(c[1:], &neighbour{dir: s})...), []string{dir.Path()}, brief(), true
			r := mustRun(t, w, step)
			f.assertSecret(t, r, s)
			f.assertNothingLeft(t, s)
		}
	})
}

// startChild starts a child of the runner that is not a step. The test waits for it at its end.
func startChild(t *testing.T, argv ...string) *exec.Cmd {
	t.Helper()
	child := exec.Command(argv[0], argv[1:]...)
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = child.Process.Kill() // it may have ended
		_ = child.Wait()
	})
	return child
}

// awaitZombie returns once a child has ended. It stays a zombie until it is waited for.
func awaitZombie(t *testing.T, child *exec.Cmd) {
	t.Helper()
	if err := unix.Waitid(unix.P_PID, child.Process.Pid, nil, unix.WEXITED|unix.WNOWAIT, nil); err != nil {
		t.Fatal(err)
	}
}
