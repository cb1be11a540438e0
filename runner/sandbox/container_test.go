package sandbox_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// confined runs its arguments as in a default container: without writable cgroups, and with only
// Docker's default capabilities.
const confined = `set -e
umount -R -l /sys/fs/cgroup
exec setpriv --inh-caps -all --bounding-set -all,+chown,+dac_override,+fowner,+fsetid,+kill,+setgid,+setuid,+setpcap,+net_bind_service,+net_raw,+sys_chroot,+mknod,+audit_write,+setfcap "$@"`

// TestAsInAContainer repeats the tests of level uid with root's privileges in a default container, where usage is summed
// over processes.
func TestAsInAContainer(t *testing.T) {
	if os.Getuid() != 0 || testing.Short() {
		t.Skip("needs root, and runs many tests again")
	}
	for _, tool := range []string{"unshare", "setpriv"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("no %s", tool)
		}
	}
	if err := exec.CommandContext(t.Context(), "unshare", "-m", "true").Run(); err != nil {
		t.Skip("already in a container")
	}
	binary := filepath.Join(t.TempDir(), "tests")
	copyFile(t, "/proc/self/exe", binary, 0o755)
	cmd := exec.CommandContext(t.Context(), "unshare", "-m", "sh", "-c", confined, "sh",
		binary, "-test.v", "-test.run", "^Test.*/uid", "-test.skip", "Ordinary|Container|LeakNothing|EveryPlace|TestAttacks/.*/(compile|time|output)")
	if said, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("as in a container: %v\n%s", err, said)
	}
}
