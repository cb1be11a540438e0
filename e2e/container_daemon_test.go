package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// daemon is a test's own Docker daemon.
type daemon struct {
	t    *testing.T
	dir  string
	host string
	cmd  *exec.Cmd
}

// newDaemon starts a daemon that is independent of the machine's own.
func newDaemon(t *testing.T) *daemon {
	t.Helper()
	if _, err := exec.LookPath("dockerd"); err != nil {
		t.Skip("no dockerd")
	}
	dir, err := os.MkdirTemp("", "dockerd") // a socket's path must be short
	check(t, err)
	t.Cleanup(func() {
		eventually(t, "the daemon's files are removed", func() bool {
			// A daemon that is stopped while it creates a container may leave a mount.
			left, err := filepath.Glob(filepath.Join(dir, "root/overlay2/*/merged"))
			check(t, err)
			for _, mount := range left {
				_ = syscall.Unmount(mount, syscall.MNT_DETACH)
			}
			return os.RemoveAll(dir) == nil
		})
	})
	d := &daemon{t: t, dir: dir, host: "unix://" + filepath.Join(dir, "s")}
	d.start()
	t.Cleanup(d.stop)
	return d
}

func (d *daemon) start() {
	d.t.Helper()
	at := func(name string) string { return filepath.Join(d.dir, name) }
	// Use a separate network namespace, because a daemon without a bridge removes the machine's
	// docker0.
	d.cmd = exec.Command("unshare", "--net", "dockerd", "--host", d.host, "--data-root", at("root"), "--exec-root", at("run"), "--pidfile", at("pid"),
		"--bridge", "none", "--iptables=false", "--ip6tables=false", "--log-level", "error")
	d.cmd.Stderr = d.t.Output()
	check(d.t, d.cmd.Start())
	eventually(d.t, "the daemon answers", func() bool { return exec.Command("docker", "-H", d.host, "version").Run() == nil })
}

// stop stops the daemon with its containers, like systemctl.
func (d *daemon) stop() {
	check(d.t, d.cmd.Process.Signal(syscall.SIGTERM))
	_ = d.cmd.Wait() // its exit status is not specified
}

// give creates an image with a shell and grader in the daemon.
func (d *daemon) give(image string) {
	d.t.Helper()
	from := docker(d.t, "create", "debian:bookworm-slim", "true")
	defer docker(d.t, "rm", from)
	docker(d.t, "cp", filepath.Join(bin, "grader"), from+":/usr/local/bin/grader")
	pipe := exec.Command("sh", "-c", `docker export "$1" | docker -H "$2" import --change 'ENTRYPOINT ["/usr/local/bin/grader"]' - "$3"`, "sh", from, d.host, image)
	if said, err := pipe.CombinedOutput(); err != nil {
		d.t.Fatalf("copy image: %v\n%s", err, said)
	}
}

// The daemon is restarted in the middle of a job. Its containers stop, and the job is graded
// after the restart. The push does not count towards the student's limit.
func TestDaemonIsRestarted(t *testing.T) {
	t.Parallel()
	needContainers(t)
	d := newDaemon(t)
	d.give("grader-small:1")
	c := (&classroom{t: t, config: inContainers(t, "grader-small:1", 1, 1), env: []string{"DOCKER_HOST=" + d.host}}).open("alice")
	c.work("alice", naps, "right")
	l := c.push("alice")
	l.await("running on a fresh standard runner")
	before := c.containers("-H", d.host)
	d.stop()
	d.start()
	if said, status := l.end(); status != 0 || !strings.Contains(said, "2 / 2") {
		t.Errorf("exit status %d\n%s", status, said)
	}
	c.graded("alice", 1)
	if _, attempts := c.runnersOf("alice"); attempts != 2 {
		t.Errorf("it was graded at attempt %d", attempts)
	}
	eventually(t, "another container is ready", func() bool {
		after := c.containers("-H", d.host)
		return len(before) == 1 && len(after) == 1 && before[0] != after[0]
	})
}
