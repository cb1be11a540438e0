package docker

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/docker/docker/api/types"
	"github.com/docker/docker/pkg/stdcopy"

	"github.com/grader/grader/scheduler/runnerlog"
	"github.com/grader/grader/schema"
)

// container is one runner. retired is guarded by the pool's mu.
type container struct {
	id      string // of the runner
	flavour schema.Flavour
	began   time.Time
	logger  *slog.Logger
	stderr  *runnerlog.Lines
	ctx     context.Context // ends when it is to be removed
	cancel  context.CancelFunc
	gone    chan struct{} // closed once it is removed
	retired bool

	mu sync.Mutex
	in string // the container's id, "" until it is made
}

func newContainer(ctx context.Context, id string, f schema.Flavour, logger *slog.Logger) *container {
	c := &container{id: id, flavour: f, began: time.Now(), logger: logger, stderr: &runnerlog.Lines{Logger: logger}, gone: make(chan struct{})}
	c.ctx, c.cancel = context.WithCancel(ctx)
	return c
}

// live makes the container, hands the runner its credential, waits for its end and
// removes it. It returns why the runner failed, "" for a good end.
func (c *container) live(p *Pool) string {
	if err := p.daemon.sweep(c.ctx); err != nil {
		return schema.MessageOf(err)
	}
	image, err := p.daemon.create(c.ctx, c, p)
	if err != nil {
		return schema.MessageOf(err)
	}
	defer p.daemon.remove(c.ctx, c)
	stream, err := p.daemon.attach(c)
	if err != nil {
		return schema.MessageOf(err)
	}
	defer stream.Close()
	told := make(chan struct{})
	go func() {
		defer close(told)
		_, _ = stdcopy.StdCopy(c.stderr, c.stderr, stream.Reader) // its end is the container's
	}()
	defer func() { stream.Close(); <-told }()
	if err := p.daemon.start(c); err != nil {
		return schema.MessageOf(err)
	}
	if err := c.hand(stream, p, image); err != nil {
		return err.Error()
	}
	failure := p.daemon.wait(c)
	if last := c.stderr.Last(); failure != "" && last != "" {
		return failure + ": " + last
	}
	return failure
}

// hand writes the credential to the container's standard input, which stays open.
func (c *container) hand(stream types.HijackedResponse, p *Pool, image string) error {
	credential, err := json.Marshal(schema.Credential{
		URL: "unix:" + socketInside(p.Socket), Runner: c.id, Flavour: c.flavour.Name,
		Token: p.Registrar.Issue(c.id, c.flavour.Name), Image: image, Leash: true,
	})
	if err != nil {
		return fmt.Errorf("credential: %w", err)
	}
	if _, err := stream.Conn.Write(append(credential, '\n')); err != nil {
		return fmt.Errorf("credential's pipe: %w", err)
	}
	return nil
}

// made notes the container's id.
func (c *container) made(in string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.in = in
}

// name returns the container's id, "" where there is none yet.
func (c *container) name() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.in
}

// where names the container for people.
func (c *container) where() string {
	if in := c.name(); in != "" {
		return "container " + in[:min(12, len(in))]
	}
	return "container being made"
}

func (c *container) age() time.Duration { return time.Since(c.began) }
