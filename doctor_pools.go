package main

import (
	"context"
	"maps"
	"slices"

	"github.com/grader/grader/scheduler/docker"
)

// poolFindings says whether the pools that the configuration's flavours name work here.
func poolFindings(ctx context.Context, c Config) []finding {
	var images []string
	for _, f := range c.Flavours {
		if f.kind() == PoolDocker {
			images = append(images, f.Image)
		}
	}
	if len(images) == 0 {
		return nil
	}
	answer, err := docker.Probe(ctx, "", images)
	daemon := finding{What: "docker", Needed: true, Works: err == nil, Says: answer.Version}
	if err != nil {
		daemon.Says = err.Error()
		daemon.Remedy = "apt-get install docker.io; systemctl start docker; a user other than root must be in the group docker"
		return []finding{daemon}
	}
	findings := []finding{daemon}
	for _, name := range slices.Sorted(maps.Keys(answer.Images)) {
		f := finding{What: "image", Needed: true, Works: answer.Images[name] != "", Says: name + " is " + answer.Images[name]}
		if !f.Works {
			f.Says, f.Remedy = name+" is not on this machine", "make image, docker load or docker pull"
		}
		findings = append(findings, f)
	}
	return findings
}
