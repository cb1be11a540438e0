package docker

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/system"
	"github.com/docker/docker/client"

	"github.com/grader/grader/schema"
)

// Answer is a daemon's report about itself and the requested images.
type Answer struct {
	Version string
	Images  map[string]string // content ids, "" for a missing image
	Storage string            // driver of the images and containers
	Cgroup  string            // version and driver
	Lacks   []string          // limits that the kernel does not enforce for this daemon
	Mapped  bool              // uids in containers differ from those outside: rootless, or userns-remap
	Cores   int
	Memory  int64 // bytes of the machine
}

// probePatience bounds the wait for a daemon's answer.
const probePatience = 10 * time.Second

// Probe checks whether the daemon works and which of the images it has. Its error is a message for
// staff.
func Probe(ctx context.Context, host string, images []string) (Answer, error) {
	ctx, cancel := context.WithTimeout(ctx, probePatience)
	defer cancel()
	d, err := open(host)
	if err != nil {
		return Answer{}, err
	}
	defer func() { _ = d.api.Close() }()
	is, err := d.api.ServerVersion(ctx)
	if err != nil {
		return Answer{}, d.words(err, "")
	}
	info, err := d.api.Info(ctx)
	if err != nil {
		return Answer{}, d.words(err, "")
	}
	answer := answerOf(info)
	answer.Version, answer.Images = "Docker "+is.Version, make(map[string]string, len(images))
	for _, name := range images {
		found, err := d.api.ImageInspect(ctx, reference(name))
		if err != nil && !errdefs.IsNotFound(err) {
			return answer, d.words(err, name)
		}
		answer.Images[name] = found.ID
	}
	return answer, nil
}

// answerOf returns the facts in a daemon's report.
func answerOf(info system.Info) Answer {
	a := Answer{
		Storage: info.Driver, Cgroup: fmt.Sprintf("cgroup v%s by %s", info.CgroupVersion, info.CgroupDriver),
		Cores: info.NCPU, Memory: info.MemTotal,
	}
	for _, limit := range []struct {
		name string
		kept bool
	}{{"memory", info.MemoryLimit}, {"cpu", info.CPUCfsQuota}, {"processes", info.PidsLimit}} {
		if !limit.kept {
			a.Lacks = append(a.Lacks, limit.name)
		}
	}
	for _, option := range info.SecurityOptions {
		a.Mapped = a.Mapped || strings.Contains(option, "name=userns") || strings.Contains(option, "name=rootless")
	}
	return a
}

// Fits returns why a runner of the flavour cannot run on the daemon's machine, "" if it can.
func (a Answer) Fits(f schema.Flavour) string {
	switch {
	case f.CPU > float64(a.Cores):
		return fmt.Sprintf("cpu %g is more than the machine's %d cores", f.CPU, a.Cores)
	case memory(f) > a.Memory:
		return fmt.Sprintf("a container of it may take %d MiB (memory, twice scratch, and the runner), and the machine has %d MiB", memory(f)>>20, a.Memory>>20)
	}
	return ""
}

// open creates the client of a daemon.
func open(host string) (*daemon, error) {
	options := []client.Opt{client.FromEnv, client.WithAPIVersionNegotiation()}
	if host != "" {
		options = append(options, client.WithHost(host))
	}
	api, err := client.NewClientWithOpts(options...)
	if err != nil {
		return nil, badAddress(err)
	}
	return &daemon{api: api}, nil
}
