// Package docker is the pool of runner containers on one machine with Docker. Each is
// started for one job from the flavour's image, without a network: it reaches the
// scheduler through the runners' socket, and its credential comes over the pipe that
// is its standard input, which is also its leash.
package docker

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/grader/grader/scheduler"
	"github.com/grader/grader/schema"
)

// Pool starts runner containers. Set the exported fields before the first call.
type Pool struct {
	Host      string              // of the daemon: "unix:///PATH"; "" is $DOCKER_HOST, else the usual socket
	Server    string              // id of the data directory: whose containers are whose
	Socket    string              // of the runners' interface, alone in its directory, which the containers see
	Args      []string            // of the image's program: "runner", …
	Registrar scheduler.Registrar // the scheduler
	Logger    *slog.Logger        // nil is slog.Default

	mu       sync.Mutex
	opened   bool
	closed   bool
	ctx      context.Context // ends when the pool is closed
	cancel   context.CancelFunc
	daemon   *daemon
	flavours map[string]*quota
	running  map[string]*container
	tasks    sync.WaitGroup
}

// errClosed is the answer of a pool that was closed.
var errClosed = schema.Errorf(schema.CodeUnavailable, "the pool is closed")

// open makes the client. mu is held.
func (p *Pool) open() error {
	if p.opened {
		return nil
	}
	if p.Logger == nil {
		p.Logger = slog.Default()
	}
	d, err := open(p.Host)
	if err != nil {
		return err
	}
	p.opened = true
	d.server, d.logger = p.Server, p.Logger
	p.daemon = d
	p.ctx, p.cancel = context.WithCancel(context.Background())
	p.flavours = make(map[string]*quota)
	p.running = make(map[string]*container)
	return nil
}

// Ensure makes the pool keep n runners of the flavour.
func (p *Pool) Ensure(_ context.Context, f schema.Flavour, n int) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return errClosed
	}
	if err := p.open(); err != nil {
		return err
	}
	q := p.flavours[f.Name]
	if q == nil {
		q = &quota{}
		p.flavours[f.Name] = q
	}
	q.flavour, q.want = f, n
	p.fill(q)
	return nil
}

// fill starts the runners that a flavour lacks, or sets a timer to after a failure's
// pause. mu is held.
func (p *Pool) fill(q *quota) {
	if p.closed || q.timer != nil {
		return
	}
	lack := q.want - p.count(q)
	if pause := time.Until(q.retry); pause > 0 && lack > 0 {
		q.timer = time.AfterFunc(pause, func() { p.refill(q) })
		return
	}
	for range lack {
		p.start(q)
	}
}

// refill is fill when a pause is over.
func (p *Pool) refill(q *quota) {
	p.mu.Lock()
	defer p.mu.Unlock()
	q.timer = nil
	p.fill(q)
}

// count returns how many runners of the flavour are not retired. mu is held.
func (p *Pool) count(q *quota) int {
	n := 0
	for _, c := range p.running {
		if c.flavour.Name == q.flavour.Name && !c.retired {
			n++
		}
	}
	return n
}

// start begins one runner's life. mu is held.
func (p *Pool) start(q *quota) {
	id := "docker-" + strings.ToLower(rand.Text()[:12])
	c := newContainer(p.ctx, id, q.flavour, p.Logger.With("runner", id))
	p.running[id] = c
	p.tasks.Go(func() {
		defer c.cancel()
		p.settle(c, q, c.live(p))
	})
}

// settle notes a runner's end and puts a fresh one in its place.
func (p *Pool) settle(c *container, q *quota, failure string) {
	p.mu.Lock()
	delete(p.running, c.id)
	retired := c.retired
	if retired || c.age() > longestPause {
		q.forgive()
	}
	if !retired {
		q.blame(cmp.Or(failure, "it ended without having been told to"))
	}
	p.mu.Unlock()
	close(c.gone)
	if !retired {
		p.Registrar.Exited(c.id, failure)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fill(q)
}

// Retire removes a runner's container, whatever it does, and waits for that.
func (p *Pool) Retire(ctx context.Context, runner string) error {
	p.mu.Lock()
	c := p.running[runner]
	if c == nil {
		p.mu.Unlock()
		return nil
	}
	c.retired = true
	c.cancel()
	if q := p.flavours[c.flavour.Name]; q != nil {
		p.fill(q) // the next one need not wait for this one's end
	}
	p.mu.Unlock()
	select {
	case <-c.gone:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// List returns the runners that live, and a flavour's failure where one could not start.
func (p *Pool) List(context.Context) ([]scheduler.PoolRunner, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var runners []scheduler.PoolRunner
	for _, c := range p.running {
		if !c.retired {
			runners = append(runners, scheduler.PoolRunner{
				ID: c.id, Flavour: c.flavour.Name, Where: c.where(), Alive: true, Failure: p.flavours[c.flavour.Name].failure,
			})
		}
	}
	for name, q := range p.flavours {
		if q.failure != "" {
			runners = append(runners, scheduler.PoolRunner{Flavour: name, Failure: q.failure})
		}
	}
	return runners, nil
}

// Close removes every container and waits for that. Closing twice is no error.
func (p *Pool) Close() error {
	p.mu.Lock()
	p.closed = true
	if !p.opened {
		p.mu.Unlock()
		return nil
	}
	for _, q := range p.flavours {
		if q.timer != nil {
			q.timer.Stop()
		}
	}
	for _, c := range p.running {
		c.retired = true
	}
	p.cancel()
	p.mu.Unlock()
	p.tasks.Wait()
	if err := p.daemon.api.Close(); err != nil {
		return errors.Join(errors.New("close Docker's client"), err)
	}
	return nil
}
