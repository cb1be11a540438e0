package docker_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	"golang.org/x/sys/unix"

	"github.com/grader/grader/scheduler/docker"
	"github.com/grader/grader/scheduler/pooltest"
	"github.com/grader/grader/schema"
)

// one starts a pool's only runner and returns its container.
func one(t *testing.T, p *docker.Pool, front *pooltest.Front) container.InspectResponse {
	t.Helper()
	check(t, p.Ensure(t.Context(), flavour(), 1))
	front.Registered()
	return inspect(t, p)
}

// inspect returns the container of a pool's only runner.
func inspect(t *testing.T, p *docker.Pool) container.InspectResponse {
	t.Helper()
	runners, err := p.List(t.Context())
	check(t, err)
	is, err := engine.ContainerInspect(t.Context(), strings.TrimPrefix(runners[0].Where, "container "))
	check(t, err)
	return is
}

func closePool(t *testing.T, p *docker.Pool) { t.Helper(); check(t, p.Close()) }

// spy records the last issued token.
type spy struct {
	*pooltest.Front
	issued string
}

func (s *spy) Issue(runner, flavour string) schema.Credential {
	c := s.Front.Issue(runner, flavour)
	s.issued = c.Token
	return c
}

// TestCredentialIsNeitherArgumentNorEnvironment checks that the credential is secret: everybody
// with a shell on the machine can read a container's arguments and environment.
func TestCredentialIsNeitherArgumentNorEnvironment(t *testing.T) {
	t.Parallel()
	p, front := newPool(t)
	defer closePool(t, p)
	tokens := &spy{Front: front}
	p.Registrar = tokens
	is := one(t, p, front)
	told, err := json.Marshal(is)
	check(t, err)
	if tokens.issued == "" || bytes.Contains(told, []byte(tokens.issued)) {
		t.Errorf("the token %q is in %s", tokens.issued, told)
	}
}

func TestContainerIsConfined(t *testing.T) {
	t.Parallel()
	p, front := newPool(t)
	defer closePool(t, p)
	is := one(t, p, front)
	h := is.HostConfig
	if h.NetworkMode != "none" || !h.ReadonlyRootfs || h.Privileged || len(h.CapAdd) > 0 {
		t.Errorf("network %s, read-only %t, privileged %t, capabilities added %v", h.NetworkMode, h.ReadonlyRootfs, h.Privileged, h.CapAdd)
	}
	const want = 64<<20 + 2*16<<20 + docker.Overhead
	if h.Memory != want || h.MemorySwap != want || h.NanoCPUs != 5e8 || h.PidsLimit == nil || *h.PidsLimit != 50+256 {
		t.Errorf("memory %d (swap %d), cpu %d, processes %v", h.Memory, h.MemorySwap, h.NanoCPUs, h.PidsLimit)
	}
	if len(is.NetworkSettings.Networks) != 1 || is.NetworkSettings.Networks["none"] == nil {
		t.Errorf("networks %v", is.NetworkSettings.Networks)
	}
	if is.Config.Hostname != "grader" {
		t.Errorf("the machine's name is %q: programs would see another one in every grading", is.Config.Hostname)
	}
	if is.LogPath != "" {
		t.Errorf("the daemon keeps what it says in %s", is.LogPath)
	}
}

// TestRunnersShareNoUIDs checks that no two containers use the same uids, because the kernel counts
// a uid's processes over all containers.
func TestRunnersShareNoUIDs(t *testing.T) {
	t.Parallel()
	p, front := newPool(t)
	defer closePool(t, p)
	check(t, p.Ensure(t.Context(), flavour(), 3))
	for range 3 {
		front.Registered()
	}
	runners, err := p.List(t.Context())
	check(t, err)
	owner := map[string]string{}
	for _, r := range runners {
		is, err := engine.ContainerInspect(t.Context(), strings.TrimPrefix(r.Where, "container "))
		check(t, err)
		block := heldBy(t, is.State.Pid)
		if owner[block] != "" {
			t.Errorf("%s and %s both have %s", owner[block], r.ID, block)
		}
		owner[block] = r.ID
	}
	if len(owner) != 3 {
		t.Errorf("blocks of three runners: %v", owner)
	}
}

// heldBy returns the block of uids whose lock a process has open, by its inode.
func heldBy(t *testing.T, pid int) string {
	t.Helper()
	descriptors, err := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", pid))
	check(t, err)
	for _, fd := range descriptors {
		var is unix.Stat_t
		path, err := os.Readlink(fd)
		if err == nil && strings.Contains(path, "/block-") && unix.Stat(fd, &is) == nil {
			return fmt.Sprintf("%d:%d", is.Dev, is.Ino)
		}
	}
	t.Fatalf("process %d holds no block of uids", pid)
	return ""
}

// TestKilledContainerIsReplaced checks that the end of a killed container is detected and the
// container replaced.
func TestKilledContainerIsReplaced(t *testing.T) {
	t.Parallel()
	p, front := newPool(t)
	defer closePool(t, p)
	is := one(t, p, front)
	check(t, engine.ContainerKill(t.Context(), is.ID, "KILL"))
	if gone := front.Gone(); "/grader-"+gone != is.Name {
		t.Errorf("%s was killed, but %s was told of", is.Name, gone)
	}
	front.Registered()
	if next := inspect(t, p); next.ID == is.ID {
		t.Error("the same container again")
	}
}

// TestRemovedContainerIsReplaced checks the same for a removed container.
func TestRemovedContainerIsReplaced(t *testing.T) {
	t.Parallel()
	p, front := newPool(t)
	defer closePool(t, p)
	is := one(t, p, front)
	check(t, engine.ContainerRemove(t.Context(), is.ID, container.RemoveOptions{Force: true}))
	front.Gone()
	front.Registered()
}

// TestDeadServersContainersAreRemoved checks that a server removes the containers of its dead
// predecessor, and no others.
func TestDeadServersContainersAreRemoved(t *testing.T) {
	t.Parallel()
	p, front := newPool(t)
	other, otherFront := newPool(t)
	defer closePool(t, other)
	left, kept := one(t, p, front), one(t, other, otherFront)
	next := &docker.Pool{Server: p.Server, Socket: p.Socket, Args: p.Args, Registrar: front, Logger: p.Logger}
	defer closePool(t, next)
	check(t, next.Ensure(t.Context(), flavour(), 1))
	front.Gone() // of the first pool, which still runs in this test
	check(t, p.Close())
	front.Registered() // of the second pool
	removed, failed := engine.ContainerWait(t.Context(), left.ID, container.WaitConditionRemoved)
	select {
	case <-removed:
	case err := <-failed:
		if !errdefs.IsNotFound(err) {
			t.Errorf("the dead server's container: %v", err)
		}
	}
	if is, err := engine.ContainerInspect(t.Context(), kept.ID); err != nil || !is.State.Running {
		t.Errorf("another server's container: %v", err)
	}
}

func TestFailureMessages(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(p *docker.Pool, f *schema.Flavour)
		says   string
	}{
		"no image":   {func(_ *docker.Pool, f *schema.Flavour) { f.Image = "grader-nowhere:1" }, "the image grader-nowhere:1 is not on this machine"},
		"no daemon":  {func(p *docker.Pool, _ *schema.Flavour) { p.Host = "unix:///nowhere/docker.sock" }, "the Docker daemon does not answer at unix:///nowhere/docker.sock"},
		"no program": {func(p *docker.Pool, _ *schema.Flavour) { p.Args = []string{"runner", "--min-level", "strong"} }, "exit status"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, front := newPool(t)
			defer closePool(t, p)
			f := flavour()
			c.change(p, &f)
			check(t, p.Ensure(t.Context(), f, 1))
			front.Gone()
			runners, err := p.List(t.Context())
			check(t, err)
			var said []string
			for _, r := range runners {
				said = append(said, r.Failure)
			}
			if !strings.Contains(strings.Join(said, "\n"), c.says) {
				t.Errorf("failures %q; want %q", said, c.says)
			}
		})
	}
}
