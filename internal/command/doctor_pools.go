package command

import (
	"context"
	"strings"

	"github.com/grader/grader/configs"
	"github.com/grader/grader/scheduler/docker"
	"github.com/grader/grader/schema"
)

// poolFindings checks that the pools of the configuration's flavours work on this machine.
func poolFindings(ctx context.Context, c configs.Config) []finding {
	var findings []finding
	if flavours := c.Served(configs.PoolDocker); len(flavours) > 0 {
		findings = dockerFindings(ctx, flavours)
	}
	if flavours := c.Served(configs.PoolNomad); len(flavours) > 0 {
		findings = append(findings, nomadFindings(ctx, c, flavours)...)
	}
	return findings
}

// dockerFindings checks this machine's Docker daemon.
func dockerFindings(ctx context.Context, flavours []schema.Flavour) []finding {
	var images []string
	for _, f := range flavours {
		images = append(images, f.Image)
	}
	answer, err := docker.Probe(ctx, "", images)
	daemon := finding{What: "docker", Needed: true, Works: err == nil, Says: answer.Version}
	if err != nil {
		daemon.Says = err.Error()
		daemon.Remedy = "apt-get install docker.io; systemctl start docker; a user other than root must be in the group docker"
		return []finding{daemon}
	}
	findings := append([]finding{daemon}, daemonFindings(answer)...)
	for _, f := range flavours {
		findings = append(findings, imageFinding(f.Image, answer.Images[f.Image]), sizeFinding(answer, f))
	}
	return findings
}

// daemonFindings checks which limits the daemon enforces on containers.
func daemonFindings(a docker.Answer) []finding {
	limits := finding{What: "docker limits", Needed: true, Works: len(a.Lacks) == 0, Says: a.Cgroup + " keeps memory, cpu and processes"}
	if !limits.Works {
		limits.Says = a.Cgroup + " does not keep: " + strings.Join(a.Lacks, ", ")
		limits.Remedy = "boot the kernel with cgroup_enable=memory (in GRUB_CMDLINE_LINUX), with the controllers cpu and pids not disabled"
	}
	uids := finding{What: "docker uids", Needed: true, Works: !a.Mapped, Says: "those of containers are the machine's"}
	if a.Mapped {
		uids.Says = "those of containers are mapped (rootless, or userns-remap); the wall gives each step one above 1,000,000,000"
		uids.Remedy = "take userns-remap out of /etc/docker/daemon.json, or use the daemon that runs as root"
	}
	storage := finding{What: "docker storage", Works: a.Storage != "vfs", Says: a.Storage}
	if !storage.Works {
		storage.Says = "vfs copies the whole image for each container: starts take seconds"
		storage.Remedy = `put the data-root on ext4 or xfs, and write {"storage-driver": "overlay2"} in /etc/docker/daemon.json`
	}
	return []finding{limits, uids, storage}
}

// imageFinding checks an image. id is its content id, "" if the daemon does not have it.
func imageFinding(name, id string) finding {
	f := finding{What: "image", Needed: true, Works: id != "", Says: name + " is " + id}
	if f.Works {
		return f
	}
	if strings.Contains(name, "@sha256:") {
		f.Needed = false
		f.Says, f.Remedy = name+" is not on this machine yet; the first runner pulls it", "docker pull"
		return f
	}
	f.Says, f.Remedy = name+" is not on this machine", "make image, docker load or docker pull"
	return f
}

// sizeFinding checks whether a runner of the flavour fits on the daemon's machine.
func sizeFinding(a docker.Answer, f schema.Flavour) finding {
	is := finding{What: "flavour " + f.Name, Needed: true, Works: true, Says: "a runner of it fits on this machine"}
	if why := a.Fits(f); why != "" {
		is.Works, is.Says, is.Remedy = false, why, "lower what the flavour has, or use a larger machine"
	}
	return is
}
