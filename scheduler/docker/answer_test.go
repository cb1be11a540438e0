package docker_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/docker/docker/api/types"
	"github.com/docker/docker/api/types/system"
	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/scheduler/docker"
	"github.com/grader/grader/schema"
)

// said returns the answer of a daemon that reports this information.
func said(t *testing.T, info system.Info) docker.Answer {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch path := r.URL.Path; {
		case strings.HasSuffix(path, "/info"):
			_ = json.NewEncoder(w).Encode(info)
		case strings.HasSuffix(path, "/version"):
			_ = json.NewEncoder(w).Encode(types.Version{Version: "28.0"})
		case !strings.HasSuffix(path, "/_ping"):
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(func() { server.CloseClientConnections(); server.Close() })
	answer, err := docker.Probe(t.Context(), "tcp://"+server.Listener.Addr().String(), nil)
	check(t, err)
	return answer
}

func TestProbeReportsUnenforcedLimits(t *testing.T) {
	t.Parallel()
	got := said(t, system.Info{Driver: "vfs", CgroupVersion: "1", CgroupDriver: "none", SecurityOptions: []string{"name=seccomp,profile=default", "name=rootless"}, NCPU: 2, MemTotal: 1 << 30})
	want := docker.Answer{Version: "Docker 28.0", Images: map[string]string{}, Storage: "vfs", Cgroup: "cgroup v1 by none",
		Lacks: []string{"memory", "cpu", "processes"}, Mapped: true, Cores: 2, Memory: 1 << 30}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	sound := said(t, system.Info{Driver: "overlay2", MemoryLimit: true, CPUCfsQuota: true, PidsLimit: true, SecurityOptions: []string{"name=seccomp"}})
	if len(sound.Lacks) > 0 || sound.Mapped {
		t.Errorf("a sound daemon: %+v", sound)
	}
	if remapped := said(t, system.Info{SecurityOptions: []string{"name=userns"}}); !remapped.Mapped {
		t.Error("userns-remap is not noticed")
	}
}

func TestFlavourFitsMachine(t *testing.T) {
	t.Parallel()
	machine := docker.Answer{Cores: 2, Memory: 2 << 30}
	for _, c := range []struct {
		flavour schema.Flavour
		says    string
	}{
		{schema.Flavour{CPU: 2.5, Memory: 1 << 20}, "cpu 2.5 is more than the machine's 2 cores"},
		{schema.Flavour{CPU: 1, Memory: 1 << 30, Scratch: 512 << 20}, "may take 2304 MiB"},
		{schema.Flavour{CPU: 2, Memory: 1 << 30, Scratch: 256 << 20}, ""},
	} {
		if got := machine.Fits(c.flavour); (got == "") != (c.says == "") || !strings.Contains(got, c.says) {
			t.Errorf("of %+v it says %q; want %q", c.flavour, got, c.says)
		}
	}
}
