package e2e

import (
	"testing"
)

// reaches is a program that tries to access things that a step in a container must not access.
// It prints each success.
const reaches = `import os, socket
reached = []
for path in ["/run/grader", "/run/grader/runners", "/run/grader-blocks", "/scratch", "/proc/1/environ", "/proc/1/fd/0", "/proc/1/root", "/etc/shadow", "/root"]:
    try:
        if os.path.isdir(path):
            os.listdir(path)
        else:
            open(path).read(1)
        reached.append(path)
    except OSError:
        pass
for family, address in [(socket.AF_INET, ("127.0.0.1", 80)), (socket.AF_INET, ("169.254.169.254", 80)), (socket.AF_UNIX, "/run/grader/runners"), (socket.AF_NETLINK, (0, 0))]:
    try:
        socket.socket(family, socket.SOCK_RAW if family == socket.AF_NETLINK else socket.SOCK_STREAM).connect(address)
        reached.append(str(address))
    except OSError:
        pass
for path in ["/escaped", "/var/tmp/escaped", "/run/escaped", "/usr/bin/escaped", "/dev/shm/../escaped"]:
    try:
        open(path, "w").write("x")
        reached.append("wrote " + path)
    except OSError:
        pass
reached += os.listdir("/tmp")
open("/tmp/mine", "w").write("x")
print("reached", reached)
`

// A step in a container cannot access the scheduler's socket, the runner's credential or a
// network, and cannot leave files behind. Its /tmp is private.
func TestStepsInContainersReachNothing(t *testing.T) {
	t.Parallel()
	needContainers(t)
	c := (&classroom{t: t, config: inContainers(t, graderImage, 1, 1)}).open("mallory")
	c.setFiles("walls", map[string]string{"assignment.yaml": "title: Walls\nbuild: auto\ntests:\n  - {name: nothing, run: $PROGRAM, stdout: \"reached []\\n\"}\n  - {name: again, run: $PROGRAM, stdout: \"reached []\\n\"}\n"}, nil)
	s := c.submits("mallory", "walls", 1, map[string]string{"main.py": reaches})
	if s.Score != "2" {
		t.Errorf("it says %q (%s)", s.Tests[0].Output, s.Tests[0].Message)
	}
}
