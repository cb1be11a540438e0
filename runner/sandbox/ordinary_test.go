package sandbox_test

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
)

const (
	nobody     = 65534
	bystanders = 70
)

// TestAsAnOrdinaryUser runs this package's tests again as a user who is nobody
// special, next to processes of the same user, all of which must live through it.
func TestAsAnOrdinaryUser(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("already an ordinary user")
	}
	if testing.Short() {
		t.Skip("runs every test again")
	}
	dir := wallDir(t)
	for _, each := range []string{"home", "tmp"} {
		if err := os.Mkdir(filepath.Join(dir, each), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Chown(filepath.Join(dir, each), nobody, nobody); err != nil {
			t.Fatal(err)
		}
	}
	binary := filepath.Join(dir, "tests")
	copyFile(t, "/proc/self/exe", binary, 0o755)
	if err := os.CopyFS(filepath.Join(dir, "testdata"), os.DirFS("testdata")); err != nil {
		t.Fatal(err)
	}
	alive := standBy(t)
	cmd := exec.CommandContext(t.Context(), binary, "-test.v", "-test.run", "^Test", "-test.skip", "OrdinaryUser|LeakNothing")
	cmd.Dir, cmd.Env = dir, []string{"PATH=/usr/bin:/bin", "HOME=" + filepath.Join(dir, "home"), "TMPDIR=" + filepath.Join(dir, "tmp")}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	said, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("as an ordinary user: %v\n%s", err, said)
	}
	for _, c := range alive {
		if err := c.Process.Signal(syscall.Signal(0)); err != nil {
			t.Errorf("bystander %d: %v", c.Process.Pid, err)
		}
	}
}

// standBy starts processes of the ordinary user that want nothing but to live.
func standBy(t *testing.T) []*exec.Cmd {
	t.Helper()
	var list []*exec.Cmd
	for range bystanders {
		c := exec.Command("/bin/sleep", "600")
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
