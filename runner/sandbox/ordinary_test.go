package sandbox_test

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

const (
	nobody     = 65534
	bystanders = 70
)

// TestAsAnOrdinaryUser runs this package's tests again as an ordinary user. Other processes of that user run at the same time
// and must survive.
func TestAsAnOrdinaryUser(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("already an ordinary user")
	}
	if testing.Short() {
		t.Skip("runs every test again")
	}
	alive := standBy(t)
	home := ordinaryHome(t)
	// The attacks run separately, because other tests' processes would count as their traces.
	for _, args := range [][]string{
		{"-test.run", "^TestAttacks$", "-test.skip", "/.*/(compile|time|output)"},
		{"-test.run", "^Test", "-test.skip", "^TestAttacks$|OrdinaryUser|LeakNothing|EveryPlace"},
	} {
		if said, err := ordinaryTests(t, home, args...).CombinedOutput(); err != nil {
			t.Errorf("as an ordinary user: %v\n%s", err, said)
		}
	}
	assertUntouched(t, alive)
}

// ordinaryHome returns a directory of the ordinary user with this test program in it.
func ordinaryHome(t *testing.T) string {
	t.Helper()
	dir := wallDir(t)
	for _, each := range []string{"home", "tmp"} {
		if err := os.Mkdir(filepath.Join(dir, each), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Chown(filepath.Join(dir, each), nobody, nobody); err != nil {
			t.Fatal(err)
		}
	}
	copyTests(t, dir)
	return dir
}

// copyTests copies this test program, and the files that it reads, to a directory.
func copyTests(t *testing.T, dir string) {
	t.Helper()
	copyFile(t, "/proc/self/exe", filepath.Join(dir, "tests"), 0o755)
	if err := os.CopyFS(filepath.Join(dir, "testdata"), os.DirFS("testdata")); err != nil {
		t.Fatal(err)
	}
}

func ordinaryTests(t *testing.T, home string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(t.Context(), filepath.Join(home, "tests"), append([]string{"-test.v"}, args...)...)
	cmd.Dir, cmd.Env = home, []string{"PATH=/usr/bin:/bin", "HOME=" + filepath.Join(home, "home"), "TMPDIR=" + filepath.Join(home, "tmp")}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	return cmd
}

// standBy starts processes of the ordinary user that only wait.
func standBy(t *testing.T) []*exec.Cmd {
	t.Helper()
	var list []*exec.Cmd
	for range bystanders {
		c := exec.Command("/bin/sleep", "3600")
		c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := c.Process.Kill(); err != nil {
				t.Errorf("bystander %s: %v", strconv.Itoa(c.Process.Pid), err)
			}
			_ = c.Wait() // killed
		})
		list = append(list, c)
	}
	return list
}

// assertUntouched asserts that the bystanders are alive and not stopped, and still have the niceness that they
// inherited from this process.
func assertUntouched(t *testing.T, list []*exec.Cmd) {
	t.Helper()
	raised, err := unix.Getpriority(unix.PRIO_PROCESS, 0)
	if err != nil {
		t.Fatal(err)
	}
	inherited := strconv.Itoa(20 - raised) // the kernel's call returns 40 to 1 for -20 to 19
	for _, c := range list {
		stat, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(c.Process.Pid), "stat"))
		if err != nil {
			t.Errorf("bystander: %v", err)
			continue
		}
		_, rest, _ := strings.Cut(string(stat), ") ")
		const nice = 16 // among the fields after the name
		if f := strings.Fields(rest); len(f) <= nice || !strings.Contains("RSD", f[0]) || f[nice] != inherited {
			t.Errorf("bystander %d: %s", c.Process.Pid, stat)
		}
	}
}

func copyFile(t *testing.T, from, to string, mode os.FileMode) {
	t.Helper()
	in, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY, mode)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(out, in); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
}
