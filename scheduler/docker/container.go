package docker

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"

	"github.com/docker/docker/api/types"
	"github.com/docker/docker/client"
	"github.com/docker/docker/pkg/stdcopy"

	"github.com/grader/grader/scheduler/runnerlog"
	"github.com/grader/grader/scheduler/supervisor"
	"github.com/grader/grader/schema"
)

// container is one runner.
type container struct {
	pool    *Pool
	id      string // of the runner
	flavour schema.Flavour
	stderr  *runnerlog.Lines

	mu sync.Mutex
	in string // the container's id, "" until it is created
}

func (p *Pool) newContainer(id string, f schema.Flavour) supervisor.Life {
	return &container{pool: p, id: id, flavour: f, stderr: &runnerlog.Lines{Logger: p.Logger.With("runner", id)}}
}

// Live implements supervisor.Life. It creates the container, writes the credential to it, waits for
// its end and removes it.
func (c *container) Live(ctx context.Context) string {
	daemon := c.pool.daemon
	if err := daemon.sweep(ctx); err != nil {
		return schema.MessageOf(err)
	}
	image, err := daemon.create(ctx, c)
	if err != nil && client.IsErrConnectionFailed(err) {
		return schema.MessageOf(err) // the request did not reach the daemon
	}
	defer c.remove(ctx) // even after an error: the container may exist if the response was lost
	if err != nil {
		return schema.MessageOf(err)
	}
	stream, err := daemon.attach(ctx, c)
	if err != nil {
		return schema.MessageOf(err)
	}
	defer stream.Close()
	told := make(chan struct{})
	go func() {
		defer close(told)
		_, _ = stdcopy.StdCopy(c.stderr, c.stderr, stream.Reader) // ends with the container
	}()
	defer func() { stream.Close(); <-told }()
	if err := daemon.start(ctx, c); err != nil {
		return schema.MessageOf(err)
	}
	if err := c.hand(stream, image); err != nil {
		return err.Error()
	}
	failure := daemon.wait(ctx, c)
	if last := c.stderr.Last(); failure != "" && last != "" {
		return failure + ": " + last
	}
	return failure
}

// hand writes the credential to the container's standard input, which stays open.
func (c *container) hand(stream types.HijackedResponse, image string) error {
	issued := c.pool.Registrar.Issue(c.id, c.flavour.Name)
	issued.URL, issued.Image, issued.Leash = "unix:"+socketInside(c.pool.Socket), image, true
	issued.Background = false // priorities apply only within a container
	credential, err := json.Marshal(issued)
	if err != nil {
		return fmt.Errorf("credential: %w", err)
	}
	if _, err := stream.Conn.Write(append(credential, '\n')); err != nil {
		return fmt.Errorf("credential's pipe: %w", err)
	}
	return nil
}

// remove removes the container. It waits for the end of a retired runner; the failure of a runner
// is reported immediately.
func (c *container) remove(ctx context.Context) {
	if ctx.Err() != nil {
		c.pool.daemon.leftovers.removeAll(ctx, c.name())
		return
	}
	c.pool.daemon.leftovers.remove(ctx, c.name())
}

// made records the container's id.
func (c *container) made(in string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.in = in
}

// name returns the container's name at the daemon.
func (c *container) name() string { return "grader-" + c.id }

// Where implements supervisor.Life.
func (c *container) Where() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if in := c.in; in != "" {
		return "container " + in[:min(12, len(in))]
	}
	return "container being made"
}
