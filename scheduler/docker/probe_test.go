package docker_test

import (
	"strings"
	"testing"

	"github.com/grader/grader/scheduler/docker"
)

func TestProbeTellsWhichImagesAreThere(t *testing.T) {
	t.Parallel()
	needDocker(t)
	answer, err := docker.Probe(t.Context(), "", []string{testImage, "grader-nowhere:1"})
	check(t, err)
	id := answer.Images[testImage]
	if !strings.HasPrefix(answer.Version, "Docker ") || !strings.HasPrefix(id, "sha256:") || answer.Images["grader-nowhere:1"] != "" {
		t.Errorf("%+v", answer)
	}
	// Its content id finds the image under any name.
	byID := "anything:" + strings.TrimPrefix(id, "sha256:")
	answer, err = docker.Probe(t.Context(), "", []string{byID})
	check(t, err)
	if answer.Images[byID] != id {
		t.Errorf("by its content's id it is %q", answer.Images[byID])
	}
}

func TestProbeSaysWhyADaemonDoesNotAnswer(t *testing.T) {
	t.Parallel()
	_, err := docker.Probe(t.Context(), "unix:///nowhere/docker.sock", nil)
	if err == nil || !strings.Contains(err.Error(), "the Docker daemon does not answer at unix:///nowhere/docker.sock: start it") {
		t.Errorf("error %v", err)
	}
}
