package e2e

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/nomad/api"

	"github.com/grader/grader/nomad/nomadtest"
)

// bounds holds the limits that Docker sets on a container.
type bounds struct {
	Memory, MemoryReservation, MemorySwap, CPUPeriod, CPUQuota, PidsLimit int64
	ReadonlyRootfs, Privileged                                            bool
	NetworkMode, PidMode, IpcMode                                         string
	CapAdd, CapDrop, SecurityOpt                                          []string
	CpusetCpus                                                            string
}

// A runner's container has the limits of its flavour. The test reads them from Docker and the
// kernel while the runner grades, not from the job's specification.
func TestNomadContainerIsBounded(t *testing.T) {
	agent := nomadtest.Start(t, "n1", nomadtest.Role{})
	agent.AwaitClients(1)
	_, _, err := agent.Cluster().Operator().SchedulerSetConfiguration(&api.SchedulerConfiguration{
		SchedulerAlgorithm: api.SchedulerAlgorithmBinpack, MemoryOversubscriptionEnabled: true,
	}, nil)
	check(t, err)
	f := newField(t, agent, 1, 1, "alice")
	const mib = 1 << 20
	want := bounds{
		// The step's memory, 256 MiB for the runner, and twice the scratch, which includes the trees.
		Memory: (128 + 256 + 2*64) * mib, MemorySwap: (128 + 256 + 2*64) * mib, MemoryReservation: (128 + 256) * mib,
		PidsLimit: 64 + 256, ReadonlyRootfs: true, NetworkMode: f.network, IpcMode: "private",
		CapDrop:     []string{"CAP_AUDIT_WRITE", "CAP_MKNOD", "CAP_NET_BIND_SERVICE", "CAP_NET_RAW", "CAP_SETFCAP", "CAP_SYS_CHROOT"},
		SecurityOpt: []string{"no-new-privileges"},
	}
	t.Run("of a part of a core", func(t *testing.T) {
		is, kernel := f.bounds(t)
		want := want
		want.CPUPeriod, want.CPUQuota = 100_000, 50_000
		want.CpusetCpus = is.CpusetCpus // the cores are not reserved
		if diff := cmp.Diff(want, is); diff != "" {
			t.Error(diff)
		}
		for _, line := range []string{
			`(?m)^overlay / overlay ro,`,
			`(?m)^tmpfs /scratch tmpfs rw,nosuid,nodev,relatime,size=131072k,`,
			`(?m)^tmpfs /run tmpfs rw,nosuid,nodev,noexec,relatime,size=16384k,`,
			`(?m)^CapEff:\s+00000000000001fb$`, // chown, dac_override, fsetid, fowner, kill, setgid, setuid, setpcap
			`(?m)^NoNewPrivs:\s+1$`,
			`(?m)^Seccomp:\s+2$`,
		} {
			if !regexp.MustCompile(line).MatchString(kernel) {
				t.Errorf("the kernel does not say %s:\n%s", line, kernel)
			}
		}
		if strings.Contains(kernel, "/scratch tmpfs rw,nosuid,nodev,noexec") {
			t.Error("what students compile cannot run")
		}
	})
	t.Run("of a core of its own", func(t *testing.T) {
		check(t, f.server.Stop())
		f.cpu = 1
		f.configure()
		f.serve()
		is, _ := f.bounds(t)
		if !regexp.MustCompile(`^\d+$`).MatchString(is.CpusetCpus) {
			t.Errorf("it has the cores %q", is.CpusetCpus)
		}
		want := want
		want.CpusetCpus = is.CpusetCpus
		if diff := cmp.Diff(want, is); diff != "" {
			t.Error(diff)
		}
	})
}

// bounds returns the limits of the container that grades alice's push, and the kernel's view of
// its mounts and of the runner in it.
func (f *field) bounds(t *testing.T) (is bounds, kernel string) {
	t.Helper()
	f.work("alice", "sleep 4 # "+t.Name(), "right")
	l := f.push("alice")
	a := f.running("alice")
	check(t, json.Unmarshal([]byte(f.docker(a, "{{json .HostConfig}}")), &is))
	said := nomadtest.Output(t, "docker", "exec", "runner-"+a.ID, "cat", "/proc/mounts", "/proc/1/status")
	f.verdict(l)
	return is, said
}
