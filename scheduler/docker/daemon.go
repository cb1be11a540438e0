package docker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types"
	api "github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/client"

	"github.com/grader/grader/scheduler"
	"github.com/grader/grader/schema"
)

const (
	// patience bounds a request made after its context has ended.
	patience = time.Minute
	// firstTry and longestTry are the pauses between requests to a daemon that does not answer.
	firstTry   = 50 * time.Millisecond
	longestTry = 2 * time.Second
)

// daemon is the pool's client of the Docker daemon. Its errors are messages for staff.
type daemon struct {
	api       client.APIClient
	server    string
	logger    *slog.Logger
	leftovers *leftovers

	sweeping sync.Mutex
	swept    bool
}

// create creates a runner's container and returns the content id of its image.
func (d *daemon) create(ctx context.Context, c *container) (content string, err error) {
	made, err := d.api.ContainerCreate(ctx, c.pool.config(c), c.pool.hostConfig(c), nil, nil, c.name())
	if errdefs.IsNotFound(err) && pinned(c.flavour.Image) {
		if err := d.pull(ctx, c.flavour.Image); err != nil {
			return "", err
		}
		made, err = d.api.ContainerCreate(ctx, c.pool.config(c), c.pool.hostConfig(c), nil, nil, c.name())
	}
	if err != nil {
		return "", d.words(err, c.flavour.Image)
	}
	c.made(made.ID)
	is, err := d.api.ContainerInspect(ctx, made.ID)
	if err != nil {
		return "", d.words(err, c.flavour.Image)
	}
	return is.Image, nil
}

// pinned reports whether an image's name has its digest.
func pinned(image string) bool { return strings.Contains(image, "@sha256:") }

// pull fetches an image that is pinned by its digest.
func (d *daemon) pull(ctx context.Context, name string) error {
	d.logger.Info("pulling the image", "image", name)
	progress, err := d.api.ImagePull(ctx, name, image.PullOptions{})
	if err == nil {
		defer progress.Close()
		_, err = io.Copy(io.Discard, progress)
	}
	if err != nil {
		return &schema.Error{Code: schema.CodeUnavailable, Err: err,
			Message: fmt.Sprintf("the image %s is not on this machine and cannot be pulled: %s", name, err)}
	}
	return nil
}

// attach connects to the container's standard input and output.
func (d *daemon) attach(ctx context.Context, c *container) (types.HijackedResponse, error) {
	stream, err := d.api.ContainerAttach(ctx, c.name(), api.AttachOptions{Stream: true, Stdin: true, Stdout: true, Stderr: true})
	return stream, d.words(err, c.flavour.Image)
}

func (d *daemon) start(ctx context.Context, c *container) error {
	return d.words(d.api.ContainerStart(ctx, c.name(), api.StartOptions{}), c.flavour.Image)
}

// wait waits for the container's end and returns why the runner failed, "" if it ended normally or
// is being removed. If the daemon stops answering, wait waits until it answers again and can report
// whether the container has survived.
func (d *daemon) wait(ctx context.Context, c *container) string {
	for ctx.Err() == nil {
		ended, failed := d.api.ContainerWait(ctx, c.name(), api.WaitConditionNotRunning)
		select {
		case end := <-ended:
			return d.reason(ctx, c, end.StatusCode)
		case err := <-failed:
			if errdefs.IsNotFound(err) {
				return "its container was removed"
			}
			if ctx.Err() == nil {
				d.logger.Warn("the Docker daemon does not answer", "error", err)
				d.await(ctx)
			}
		}
	}
	return ""
}

// reason returns why a container ended.
func (d *daemon) reason(ctx context.Context, c *container, status int64) string {
	if status == 0 {
		return ""
	}
	is, err := d.api.ContainerInspect(ctx, c.name())
	switch {
	case err == nil && is.State != nil && is.State.OOMKilled:
		return "its container ran out of memory"
	case status == 137:
		return "its container was killed"
	}
	return fmt.Sprintf("exit status %d", status)
}

// await returns once the daemon answers, or ctx ends.
func (d *daemon) await(ctx context.Context) {
	for pause := firstTry; ; pause = min(2*pause, longestTry) {
		if _, err := d.api.Ping(ctx); err == nil || ctx.Err() != nil {
			return
		}
		rest(ctx, pause)
	}
}

// rest sleeps, at most until ctx ends.
func rest(ctx context.Context, pause time.Duration) {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// sweep removes the containers left by an earlier server of this data directory. It runs once,
// before the first container is created.
func (d *daemon) sweep(ctx context.Context) error {
	d.sweeping.Lock()
	defer d.sweeping.Unlock()
	if d.swept {
		return nil
	}
	left, err := d.api.ContainerList(ctx, api.ListOptions{
		All: true, Filters: filters.NewArgs(filters.Arg("label", labelServer+"="+d.server)),
	})
	if err != nil {
		return d.words(err, "")
	}
	for _, is := range left {
		d.logger.Info("removing a container that a dead server left", "container", is.ID, "runner", is.Labels[labelRunner])
		d.leftovers.remove(ctx, is.ID)
	}
	d.swept = true
	return nil
}

// badAddress returns the error for an invalid address of the daemon.
func badAddress(err error) error {
	return schema.Wrapf(schema.CodeInvalid, err, "the address of the Docker daemon ($DOCKER_HOST): %s", err)
}

// words turns an error of the daemon into a message that tells staff what to do; it returns nil for
// nil.
func (d *daemon) words(err error, image string) error {
	var says string
	switch {
	case err == nil:
		return nil
	case client.IsErrConnectionFailed(err):
		says = fmt.Sprintf("the Docker daemon does not answer at %s: start it (systemctl start docker), and let this user use it (group docker)", d.api.DaemonHost())
	case errdefs.IsNotFound(err) && strings.Contains(err.Error(), "image"):
		says = fmt.Sprintf("the image %s is not on this machine: build it (make image), load it (docker load) or pull it", image)
	case strings.Contains(err.Error(), "no space left on device"):
		return schema.Wrapf(schema.CodeUnavailable, errors.Join(scheduler.ErrLowSpace, err), "%s", schema.MessageOf(scheduler.ErrLowSpace))
	case strings.Contains(err.Error(), "cannot allocate memory"):
		says = "this machine has no memory for another runner: lower the flavour's max or its memory"
	default:
		says = "Docker: " + err.Error()
	}
	return &schema.Error{Code: schema.CodeUnavailable, Message: says, Err: err}
}
