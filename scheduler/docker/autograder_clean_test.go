package docker_test

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"

	"github.com/grader/grader/scheduler/docker"
	"github.com/grader/grader/schema"
)

// ownClock is a clock that a test moves.
type ownClock struct{ ahead atomic.Int64 }

// ownClock gives the autograders a clock that begins now and stands still.
func (a *autograders) ownClock() *ownClock {
	c, began := &ownClock{}, time.Now()
	a.Clock = func() time.Time { return began.Add(time.Duration(c.ahead.Load())) }
	return c
}

func (c *ownClock) add(d time.Duration) { c.ahead.Add(int64(d)) }

// TestUnusedImagesAreRemoved checks which images a clean-up keeps.
func TestUnusedImagesAreRemoved(t *testing.T) {
	t.Parallel()
	a := newAutograders(t)
	now := a.ownClock()
	for _, made := range []struct{ commit, script string }{{"c1", "echo earlier base image"}, {"c1", "echo used"}, {"old", "echo unused"}} {
		job := a.job(printing(made.script))
		job.Tests.Commit, job.ImageOnly = made.commit, true
		_, err := a.RunAutograder(t.Context(), job)
		check(t, err)
	}
	active := []docker.ActiveTests{{Name: "c/a1", Tests: schema.Tree{Repository: 1, Commit: "c1", Tree: "t"}}}
	a.Active = func(context.Context) ([]docker.ActiveTests, error) { return active, nil }
	names := func() string {
		images, err := a.ListImages(t.Context())
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
		now.add(step.later)
		check(t, a.Clean(t.Context()))
		images, err := a.ListImages(t.Context())
		if err != nil || len(images) != step.count {
			t.Errorf("after %s: %d images (%s), want %d: %v", step.later, len(images), names(), step.count, err)
		}
	}
	if got := names(); got != "c/a1" {
		t.Errorf("kept: %q", got)
	}
	active = nil
	check(t, a.Clean(t.Context()))
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
	images, err := a.ListImages(t.Context())
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

// TestTotalSizeOfImages checks which images are removed if all are too large together.
func TestTotalSizeOfImages(t *testing.T) {
	t.Parallel()
	a := newAutograders(t)
	now := a.ownClock()
	a.Total = 10 << 20
	a.Active = func(context.Context) ([]docker.ActiveTests, error) {
		return []docker.ActiveTests{{Name: "c/a1", Tests: schema.Tree{Repository: 1, Commit: "c0"}}}, nil
	}
	for n := range 4 {
		files := printing("echo")
		files["setup.sh"] = fmt.Sprintf("dd if=/dev/urandom of=/big bs=1M count=4 status=none # %d\n", n)
		job := a.job(files)
		job.Tests.Commit, job.ImageOnly = fmt.Sprintf("c%d", n), true
		if run, err := a.RunAutograder(t.Context(), job); err != nil || run.Failure != "" {
			t.Fatalf("%v %s", err, run.Failure)
		}
		now.add(2 * time.Hour)
	}
	check(t, a.Clean(t.Context()))
	images, err := a.ListImages(t.Context())
	check(t, err)
	var active int
	for _, is := range images {
		active += len(is.Versions)
		if is.Size < 4<<20 || is.Size > 6<<20 {
			t.Errorf("the image adds %d bytes", is.Size)
		}
	}
	if len(images) != 2 || active != 1 {
		t.Errorf("kept %+v, want the active one and the latest", images)
	}
}

// TestRejectedImageIsMadeAgain checks that a new version gets a new image if the gate rejected all others that used it.
func TestRejectedImageIsMadeAgain(t *testing.T) {
	t.Parallel()
	a := newAutograders(t)
	rejected, now := map[string]bool{}, a.ownClock()
	a.Rejected = func(_ context.Context, tests schema.Tree) (bool, error) { return rejected[tests.Commit], nil }
	push := func(commit string, setups int) {
		t.Helper()
		job := a.job(printing("echo"))
		job.Tests.Commit, job.ImageOnly = commit, true
		_, err := a.RunAutograder(t.Context(), job)
		check(t, err)
		if n := a.setups(); n != setups {
			t.Errorf("%s: setup.sh was run %d times, want %d", commit, n, setups)
		}
	}
	push("v1", 1)
	push("v1", 1)
	rejected["v1"] = true
	push("v1", 1) // its other jobs
	push("v2", 2)
	push("v3", 2) // v2 is not rejected
	rejected["v2"] = true
	push("v4", 2) // v3 is not rejected
	rejected["v3"], rejected["v4"] = true, true
	images, err := a.ListImages(t.Context())
	check(t, err)
	held, err := engine.ContainerCreate(t.Context(), &container.Config{Image: images[0].Image}, nil, nil, nil, "")
	check(t, err)
	push("v5", 3)
	check(t, engine.ContainerRemove(t.Context(), held.ID, container.RemoveOptions{}))
	check(t, a.Clean(t.Context()))
	if _, err := engine.ImageInspect(t.Context(), images[0].Image); err != nil {
		t.Errorf("an image without a name was removed, which may have been made a moment ago: %v", err)
	}
	now.add(2 * time.Hour)
	check(t, a.Clean(t.Context()))
	if _, err := engine.ImageInspect(t.Context(), images[0].Image); !errdefs.IsNotFound(err) {
		t.Errorf("the replaced image is left: %v", err)
	}
}
