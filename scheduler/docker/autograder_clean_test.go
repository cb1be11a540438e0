package docker_test

import (
	"strings"
	"testing"
	"time"

	"github.com/grader/grader/scheduler/docker"
	"github.com/grader/grader/schema"
)

// TestUnusedImagesAreRemoved checks which images a clean-up keeps.
func TestUnusedImagesAreRemoved(t *testing.T) {
	t.Parallel()
	a := newAutograders(t)
	now := time.Now()
	a.Clock = func() time.Time { return now }
	for _, made := range []struct{ commit, script string }{{"c1", "echo earlier base image"}, {"c1", "echo used"}, {"old", "echo unused"}} {
		job := a.job(printing(made.script))
		job.Tests.Commit, job.ImageOnly = made.commit, true
		_, err := a.RunAutograder(t.Context(), job)
		check(t, err)
	}
	active := []docker.ActiveTests{{Name: "c/a1", Tests: schema.Tree{Repository: 1, Commit: "c1", Tree: "t"}}}
	names := func() string {
		images, err := a.Images(t.Context(), active)
		check(t, err)
		var list []string
		for _, is := range images {
			list = append(list, strings.Join(is.Versions, ","))
		}
		return strings.Join(list, " ")
	}
	for _, step := range []struct {
		later time.Duration
		count int
	}{{0, 3}, {23 * time.Hour, 3}, {2 * time.Hour, 1}, {1000 * time.Hour, 1}} {
		now = now.Add(step.later)
		check(t, a.Clean(t.Context(), active))
		images, err := a.Images(t.Context(), active)
		if err != nil || len(images) != step.count {
			t.Errorf("after %s: %d images (%s), want %d: %v", step.later, len(images), names(), step.count, err)
		}
	}
	if got := names(); got != "c/a1" {
		t.Errorf("kept: %q", got)
	}
	active = nil
	check(t, a.Clean(t.Context(), active))
	if got := names(); got != "" {
		t.Errorf("kept without active tests: %q", got)
	}
}

// TestRemoveImage removes images by the beginning of their ids.
func TestRemoveImage(t *testing.T) {
	t.Parallel()
	a := newAutograders(t)
	job := a.job(printing("echo"))
	job.ImageOnly = true
	_, err := a.RunAutograder(t.Context(), job)
	check(t, err)
	images, err := a.Images(t.Context(), nil)
	check(t, err)
	for id, want := range map[string]schema.Code{"": schema.CodeNotFound, "x": schema.CodeNotFound} {
		if _, err := a.RemoveImage(t.Context(), id); schema.CodeOf(err) != want {
			t.Errorf("%q: %v", id, err)
		}
	}
	if removed, err := a.RemoveImage(t.Context(), images[0].ID[:6]); err != nil || removed != images[0].ID {
		t.Errorf("%q: %v", removed, err)
	}
	if _, err := a.RemoveImage(t.Context(), images[0].ID[:6]); schema.CodeOf(err) != schema.CodeNotFound {
		t.Errorf("removed twice: %v", err)
	}
}
