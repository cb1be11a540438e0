package load

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/grader/grader/schema"
)

// crowd simulates everything except the control plane: students who push, and runners that
// start, work, vanish and stop.
type crowd struct {
	plan   Plan
	plane  *lines
	ledger *ledger
	starts *rate.Limiter
	tasks  sync.WaitGroup

	mu      sync.Mutex
	random  *rand.Rand
	runners map[string]context.CancelFunc
	gone    int // vanished
	scaled  []string
	errors  []string
	samples []sample
}

// sample is the control plane's report at one time.
type sample struct {
	at     time.Time
	report planeReport
}

// sampling is the interval between requests for the control plane's report.
const sampling = time.Second

// Play runs a simulation with a control plane that reads orders from in and writes notices
// to out. It returns the report. It ends when every job is done or ctx ends. Then it closes
// in, which stops the control plane, and waits for the end of out.
func Play(ctx context.Context, plan Plan, in io.WriteCloser, out io.Reader) (Report, error) {
	plan, err := plan.withDefaults()
	if err != nil {
		return Report{}, errors.Join(err, in.Close())
	}
	c := &crowd{plan: plan, plane: newLines(in), ledger: newLedger(plan.all()),
		starts: rate.NewLimiter(rate.Limit(plan.Starts*plan.Speed), 1), random: rand.New(rand.NewPCG(plan.Seed, 1)),
		runners: make(map[string]context.CancelFunc)}
	ctx, cancel := context.WithCancelCause(ctx)
	last, ended := make(chan planeReport, 1), make(chan struct{})
	c.tasks.Go(func() {
		defer close(ended)
		err := receive(out, func(n notice) error { return c.hear(ctx, n, last) })
		cancel(errors.Join(err, errors.New("the control plane ended")))
	})
	began := time.Now()
	played := c.play(ctx)
	report, err := c.conclude(last, ended)
	report.Seconds = time.Since(began).Seconds()
	cancel(nil)
	closed := in.Close()
	c.tasks.Wait()
	return report, errors.Join(played, err, closed)
}

// play makes the students' pushes, and waits until every job is done.
func (c *crowd) play(ctx context.Context) error {
	if err := c.plane.send(order{Begin: &c.plan}); err != nil {
		return err
	}
	pushes := c.plan.pushes(c.random)
	early := 0
	for early < len(pushes) && pushes[early].at < 0 {
		early++
	}
	if err := c.early(ctx, pushes[:early]); err != nil {
		return err
	}
	if err := c.plane.send(order{Open: true}); err != nil {
		return err
	}
	c.tasks.Go(func() { c.sample(ctx) })
	if err := c.late(ctx, early, pushes[early:]); err != nil {
		return err
	}
	select {
	case <-c.ledger.settled:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("the night was broken off: %w", context.Cause(ctx))
	}
}

// early records the pushes that wait at the start.
func (c *crowd) early(ctx context.Context, pushes []push) error {
	for n, p := range pushes {
		if err := c.plane.send(order{Push: &pushed{N: n, Course: p.course, Student: p.student}}); err != nil {
			return err
		}
	}
	for c.ledger.recorded() < len(pushes) {
		select {
		case <-c.ledger.heard:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return nil
}

// late records each later push at its time.
func (c *crowd) late(ctx context.Context, first int, pushes []push) error {
	began := time.Now()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for n, p := range pushes {
		timer.Reset(time.Until(began.Add(c.plan.scaled(p.at))))
		select {
		case <-timer.C:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		if err := c.plane.send(order{Push: &pushed{N: first + n, Course: p.course, Student: p.student}}); err != nil {
			return err
		}
	}
	return nil
}

// sample requests the control plane's report regularly until every job is done.
func (c *crowd) sample(ctx context.Context) {
	tick := time.NewTicker(sampling)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			if c.plane.send(order{Report: true}) != nil {
				return
			}
		case <-c.ledger.settled:
			return
		case <-ctx.Done():
			return
		}
	}
}

// hear handles a notice from the control plane. It never blocks.
func (c *crowd) hear(ctx context.Context, n notice, last chan<- planeReport) error {
	switch {
	case n.Start != nil:
		c.start(ctx, *n.Start)
	case n.Retire != "":
		c.retire(n.Retire)
	case n.Pushed != nil:
		c.ledger.record(*n.Pushed)
	case n.Report != nil:
		c.sampled(*n.Report)
		if n.Report.Last {
			last <- *n.Report
		}
	case n.Failed != "":
		return fmt.Errorf("the control plane failed: %s", n.Failed)
	case n.Scaled != "":
		c.note(&c.scaled, n.Scaled)
	case n.Error != "":
		c.note(&c.errors, n.Error)
	}
	return nil
}

func (c *crowd) sampled(r planeReport) {
	c.ledger.fail(r.Jobs[schema.StateFailed])
	c.mu.Lock()
	defer c.mu.Unlock()
	c.samples = append(c.samples, sample{time.Now(), r})
}

// maxNotes is the number of scaling decisions or errors that are kept.
const maxNotes = 100

func (c *crowd) note(list *[]string, text string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(*list) < maxNotes {
		*list = append(*list, text)
	}
}

// start starts a runner, at the limited rate of the cluster.
func (c *crowd) start(ctx context.Context, credential schema.Credential) {
	ctx, cancel := context.WithCancel(ctx)
	c.mu.Lock()
	c.runners[credential.Runner] = cancel
	r := newRunner(credential, c, c.random)
	c.mu.Unlock()
	c.tasks.Go(func() {
		defer cancel()
		if c.starts.Wait(ctx) != nil {
			return
		}
		if err := r.run(ctx); err != nil && ctx.Err() == nil {
			c.note(&c.errors, fmt.Sprintf("%s: %v", credential.Runner, err))
			c.exited(credential.Runner)
		}
	})
}

// retire stops a runner, like a cluster on request.
func (c *crowd) retire(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if cancel := c.runners[id]; cancel != nil {
		cancel()
		delete(c.runners, id)
	}
}

// vanished records a runner that stops in the middle of its job.
func (c *crowd) vanished(id string, silent bool) {
	c.mu.Lock()
	c.gone++
	c.mu.Unlock()
	if !silent {
		c.exited(id)
	}
}

// exited reports a runner's exit to the control plane, like a cluster.
func (c *crowd) exited(id string) {
	if err := c.plane.send(order{Exited: id}); err != nil {
		c.note(&c.errors, err.Error())
	}
}

func (c *crowd) claimed(job int64, began, now time.Time) { c.ledger.claim(job, began, now) }

func (c *crowd) finished(job int64) { c.ledger.finish(job) }
