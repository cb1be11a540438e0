package runner

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"github.com/grader/grader/schema"
)

// Agent serves one job. Set the exported fields, then call Run once.
type Agent struct {
	Open     Opener           // opens the station before the runner registers
	Dir      string           // parent of its private directory; "" is the system's
	Version  string           // of this program
	Clock    func() time.Time // nil is time.Now
	Logger   *slog.Logger     // nil is slog.Default
	Wait     time.Duration    // of one long poll; 0 is 25 s
	Patience time.Duration    // how long to retry a server that does not answer; 0 means 5 min
	Caps     *Caps            // nil is DefaultCaps
}

const (
	defaultWait     = 25 * time.Second
	defaultPatience = 5 * time.Minute
	// lastWrites bounds the delivery of a result after the runner was told to stop.
	lastWrites = 10 * time.Second
)

// Run reads its credential, opens the wall, registers, serves one job and returns. It returns nil
// after delivering the result. It also returns nil if the attempt is stale, or if the runner was
// told to stop before it got a job. Any other error says why it could not serve.
func (a *Agent) Run(ctx context.Context, credential io.Reader) error {
	a.prepare()
	if err := keepPrivate(credential); err != nil {
		return err
	}
	c, err := readCredential(credential)
	if err != nil {
		return err
	}
	if c.Leash {
		var cancel context.CancelCauseFunc
		ctx, cancel = context.WithCancelCause(ctx)
		defer cancel(nil)
		finished := make(chan struct{})
		defer close(finished)
		go endWithParent(credential, cancel, finished)
	}
	own := &priority{logger: a.Logger, may: canRaise()}
	own.background(c.Background)
	dir, err := os.MkdirTemp(a.Dir, "runner-")
	if err != nil {
		return fmt.Errorf("runner's directory: %w", err)
	}
	defer os.RemoveAll(dir)
	station, err := a.Open(ctx, dir)
	if err != nil {
		return fmt.Errorf("open wall: %w", err)
	}
	defer a.close(station)
	client, err := newClient(c.URL, c.CA, a.Patience)
	if err != nil {
		return err
	}
	defer client.close()
	return a.serve(ctx, client, c, station, dir, own)
}

// prepare fills in defaults.
func (a *Agent) prepare() {
	if a.Clock == nil {
		a.Clock = time.Now
	}
	if a.Logger == nil {
		a.Logger = slog.Default()
	}
	if a.Wait == 0 {
		a.Wait = defaultWait
	}
	if a.Patience == 0 {
		a.Patience = defaultPatience
	}
	if a.Caps == nil {
		caps := DefaultCaps()
		a.Caps = &caps
	}
}

// close closes the station after the result was delivered.
func (a *Agent) close(s *Station) {
	if s.Close == nil {
		return
	}
	if err := s.Close(); err != nil {
		a.Logger.Error("wall not closed", "error", err)
	}
}

// serve registers, waits for the one job and does it.
func (a *Agent) serve(ctx context.Context, c *client, cred schema.Credential, station *Station, dir string, own *priority) error {
	if cred.Image != "" {
		station.Image = cred.Image // the driver knows the image's id better than the image itself
	}
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	registered, err := c.register(ctx, schema.Register{
		Protocol: schema.Protocol,
		Token:    cred.Token,
		Identity: cred.Identity,
		Flavour:  cred.Flavour,
		Version:  a.Version,
		Image:    station.Image,
		Wall:     station.Wall,
		Host:     host,
	})
	if err != nil {
		return quiet(ctx, fmt.Errorf("register: %w", err))
	}
	a.Logger.Debug("registered", "runner", registered.Runner)
	order, err := c.claim(ctx, a.Wait)
	if err != nil {
		return quiet(ctx, fmt.Errorf("claim: %w", err))
	}
	if order.Protocol != schema.Protocol {
		return schema.Errorf(schema.CodeRefused, "the server speaks protocol %d, this runner %d; install the same version of grader on both", order.Protocol, schema.Protocol)
	}
	own.background(order.Background)
	w := &work{agent: a, client: c, station: station, order: order, dir: dir, priority: own}
	return w.run(ctx)
}

// quiet returns nil if the attempt is stale or the runner was told to stop, and err otherwise.
func quiet(ctx context.Context, err error) error {
	if ctx.Err() != nil || schema.CodeOf(err) == schema.CodeStale {
		return nil
	}
	return err
}
