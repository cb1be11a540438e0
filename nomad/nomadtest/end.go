package nomadtest

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/nomad/api"
	"golang.org/x/sys/unix"
)

// endTimeout bounds the wait for the cluster's tasks to end.
const endTimeout = 30 * time.Second

// Purge removes every job whose name has the prefix.
func (a *Agent) Purge(prefix string) {
	a.t.Helper()
	jobs, _, err := a.cluster.Jobs().PrefixList(prefix)
	check(a.t, err)
	for _, j := range jobs {
		_, _, err := a.cluster.Jobs().Deregister(j.ID, true, nil)
		check(a.t, err)
	}
}

// end ends the agent and removes everything that it started: containers, processes, mounts and
// networks.
func (a *Agent) end() {
	a.stopJobs()
	a.Kill()
	a.killLogHelpers()
	allocs, _ := filepath.Glob(a.path("data/alloc/*"))
	for _, dir := range allocs {
		_ = exec.Command("docker", "rm", "--force", "--volumes", "runner-"+filepath.Base(dir)).Run() //nolint:noctx // after the test's end
	}
	mounts, _ := filepath.Glob(a.path("data/alloc/*/*/*"))
	for _, dir := range mounts {
		_ = unix.Unmount(dir, unix.MNT_DETACH) // most are not mounted
	}
	for _, name := range a.networks {
		removeNetwork(name)
	}
	for _, image := range a.images {
		removeImage(image)
	}
}

// stopJobs stops all jobs if the agent answers, and waits until this node runs none.
func (a *Agent) stopJobs() {
	jobs, _, err := a.cluster.Jobs().List(nil)
	if err != nil {
		return // the agent or its server was killed
	}
	for _, j := range jobs {
		_, _, _ = a.cluster.Jobs().Deregister(j.ID, true, nil)
	}
	ctx, cancel := context.WithTimeout(context.Background(), endTimeout)
	defer cancel()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for a.runs() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// runs reports whether the agent's node has allocations that have not ended.
func (a *Agent) runs() bool {
	all, _, err := a.cluster.Allocations().List(nil)
	if err != nil {
		return false
	}
	for _, one := range all {
		if one.NodeName == a.Name && (one.ClientStatus == api.AllocClientStatusPending || one.ClientStatus == api.AllocClientStatusRunning) {
			return true
		}
	}
	return false
}

// mark returns an environment variable of the agent and of every process that it starts on this
// machine.
func (a *Agent) mark() string { return "GRADER_TEST_AGENT=" + a.dir }

// killLogHelpers ends the processes that copy logs, because they survive the kill of their agent.
func (a *Agent) killLogHelpers() {
	all, _ := filepath.Glob("/proc/[0-9]*")
	for _, proc := range all {
		environment, err := os.ReadFile(proc + "/environ")
		if err != nil || !slices.Contains(strings.Split(string(environment), "\x00"), a.mark()) {
			continue
		}
		if pid, err := strconv.Atoi(filepath.Base(proc)); err == nil {
			_ = unix.Kill(pid, unix.SIGKILL)
		}
	}
}
