package service

import (
	"cmp"
	"context"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/grader/grader/configs"
	"github.com/grader/grader/scheduler/docker"
)

const (
	// imagesPace is the pause between two removals of unused images.
	imagesPace = time.Hour
	// setupCores is the number of cores that a setup.sh may use.
	setupCores = 1
	// setupProcesses is the maximum number of processes and threads of a setup.sh.
	setupProcesses = 4096
)

// makeAutograders returns what runs Gradescope's autograders in containers. It returns nil if no flavour has an image
// for them, and none had one before.
func (s *Service) makeAutograders(data *DataDir) (*docker.Autograders, error) {
	bases, name := s.autograderBases(), filepath.Join("cache", "autograders")
	if _, err := os.Stat(data.Path(name)); len(bases) == 0 && err != nil {
		return nil, nil
	}
	id, err := data.ID()
	if err != nil {
		return nil, err
	}
	dir, err := data.Subdir(name)
	if err != nil {
		return nil, err
	}
	c := s.Config.Autograders
	return &docker.Autograders{
		Server: id, Bases: bases, Dir: dir, Most: cmp.Or(c.Max, runtime.NumCPU()), Clock: s.now, Logger: s.Logger,
		Total: int64(c.Total), Active: s.activeTests, Rejected: s.store.TestsRejected,
		Build: docker.BuildLimits{Network: c.Network, Time: c.Time, Memory: int64(c.Memory), Disk: int64(c.Disk), Processes: setupProcesses, CPU: setupCores},
	}, nil
}

// autograderBases returns the images that setup.sh starts from, by flavour.
func (s *Service) autograderBases() map[string]string {
	bases := make(map[string]string)
	for name, f := range s.Config.Flavours {
		image := s.Config.Autograders.Image
		if f.Kind() == configs.PoolDocker {
			image = f.Image
		}
		if image != "" {
			bases[name] = image
		}
	}
	return bases
}

// startAutograders removes what a killed server left, and unused images from time to time.
func (s *Service) startAutograders(ctx context.Context, _ *DataDir) error {
	if s.autograders == nil {
		return nil
	}
	s.every(ctx, periodic{interval: imagesPace, atOnce: true, failure: "unused images of autograders not removed", run: s.autograders.Clean})
	return nil
}

// activeTests returns the active tests version of every assignment.
func (s *Service) activeTests(ctx context.Context) ([]docker.ActiveTests, error) {
	versions, err := s.store.ActiveTests(ctx)
	if err != nil {
		return nil, err
	}
	active := make([]docker.ActiveTests, 0, len(versions))
	for _, v := range versions {
		active = append(active, docker.ActiveTests{Name: v.Course + "/" + v.Assignment, Tests: v.Tests})
	}
	return active, nil
}
