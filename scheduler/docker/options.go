package docker

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strings"

	api "github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/mount"

	"github.com/grader/grader/schema"
)

// The directories that a container sees in addition to the image.
const (
	socketDir  = "/run/grader"        // the runners' socket; student code can neither see it nor call socket()
	scratchDir = "/scratch"           // the only directory that it can write to
	blocksDir  = "/run/grader-blocks" // locks on blocks of uids, which all runners of a machine share
	hostBlocks = "/run/lock/grader"
)

const (
	// Overhead is the memory in bytes that a container has in addition to one step's limit and
	// the size of its scratch: for the runner itself, checkers and drivers.
	Overhead = 256 << 20
	// overheadPids is the number of processes and threads in addition to one step's.
	overheadPids = 256
)

// hostname is the machine's name that programs see at level uid. It is the same in every container.
const hostname = "grader"

// The labels of a container.
const (
	labelServer  = "grader.server"
	labelRunner  = "grader.runner"
	labelFlavour = "grader.flavour"
)

// scratchSize returns the size of a container's scratch: the amount that one step may write, and as
// much again for its trees and artefacts.
func scratchSize(f schema.Flavour) int64 { return 2 * f.Scratch }

// memory returns a container's memory limit; 0: none.
func memory(f schema.Flavour) int64 {
	if f.Memory == 0 {
		return 0
	}
	return f.Memory + scratchSize(f) + Overhead
}

func (p *Pool) config(c *container) *api.Config {
	return &api.Config{
		Image:     reference(c.flavour.Image),
		Hostname:  hostname,
		Cmd:       append(append([]string{}, p.Args...), "--credential", "-", "--blocks", blocksDir),
		Env:       []string{"TMPDIR=" + scratchDir},
		User:      "0:0", // the wall gives each step its own uid
		OpenStdin: true, StdinOnce: true, AttachStdin: true, AttachStdout: true, AttachStderr: true,
		Labels: map[string]string{labelServer: p.Server, labelRunner: c.id, labelFlavour: c.flavour.Name},
	}
}

// hostConfig returns the restrictions of the container: limits, no network, write access only to
// its scratch, and only those default capabilities that the wall uses.
func (p *Pool) hostConfig(c *container) *api.HostConfig {
	return &api.HostConfig{
		NetworkMode:    "none",
		ReadonlyRootfs: true,
		SecurityOpt:    []string{"no-new-privileges"},
		CapDrop:        []string{"NET_RAW", "NET_BIND_SERVICE", "MKNOD", "AUDIT_WRITE", "SETFCAP", "SYS_CHROOT"},
		Tmpfs: map[string]string{
			scratchDir: scratchOptions(c.flavour),
			"/run":     "rw,nosuid,nodev,noexec,mode=755,size=16m",
		},
		Binds:     []string{hostBlocks + ":" + blocksDir},
		Mounts:    []mount.Mount{{Type: mount.TypeBind, Source: filepath.Dir(p.Socket), Target: socketDir, ReadOnly: true}},
		LogConfig: api.LogConfig{Type: "none"}, // its output goes to our log
		Resources: resources(c.flavour),
	}
}

// scratchOptions returns the options of the scratch mount. Students' compiled programs run there.
func scratchOptions(f schema.Flavour) string {
	options := "rw,exec,nosuid,nodev,mode=711"
	if f.Scratch > 0 {
		options += fmt.Sprintf(",size=%d", scratchSize(f))
	}
	return options
}

func resources(f schema.Flavour) api.Resources {
	r := api.Resources{NanoCPUs: int64(f.CPU * 1e9), Memory: memory(f), MemorySwap: memory(f)}
	if f.Processes > 0 {
		pids := int64(f.Processes + overheadPids)
		r.PidsLimit = &pids
	}
	return r
}

// socketInside returns the path of the runners' socket in a container.
func socketInside(socket string) string { return filepath.Join(socketDir, filepath.Base(socket)) }

// contentID matches the 64 digits that identify a preloaded image.
var contentID = regexp.MustCompile(`^[0-9a-f]{64}$`)

// reference returns the daemon's name of the image. NAME:CONTENTID means the content id; NAME is
// ignored.
func reference(image string) string {
	_, tag, found := strings.Cut(image[strings.LastIndex(image, "/")+1:], ":")
	if found && contentID.MatchString(tag) {
		return "sha256:" + tag
	}
	return image
}
