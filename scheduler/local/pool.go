// Package local is the pool of runner processes on this machine. Each is started
// for one job, in its own process group, and dies with the server: the kernel
// signals it when the server's starting thread ends, and the pipe that brought its
// credential is its leash.
package local

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

// Pool starts runner processes. Set the exported fields before the first call.
type Pool struct {
	Binary    string              // absolute path of the program, as a rule this one
	Args      []string            // its arguments: "runner", …
	Env       []string            // its whole environment; nothing secret stands in it
	URL       string              // of the runners' interface: "unix:/PATH" or "http://…"
	Registrar scheduler.Registrar // the scheduler
	Grace     time.Duration       // between SIGTERM and SIGKILL; 0 is 5 s
	Logger    *slog.Logger        // nil is slog.Default

	mu       sync.Mutex
	prepared bool
	closed   bool
	starter  *starter
	flavours map[string]*quota
	running  map[string]*process
	tasks    sync.WaitGroup
}

// quota is how many runners of one flavour there should be, and how it went.
type quota struct {
	flavour schema.Flavour
	want    int
	failed  int       // starts that failed in a row
	retry   time.Time // nothing is started before
	timer   *time.Timer
	failure string
}

const (
	defaultGrace = 5 * time.Second
	firstPause   = 250 * time.Millisecond
	longestPause = 30 * time.Second
)

// errClosed is the answer of a pool that was closed.
var errClosed = schema.Errorf(schema.CodeUnavailable, "the pool is closed")

// prepare fills in defaults and starts the thread that starts runners. mu is held.
func (p *Pool) prepare() {
	if p.prepared {
		return
	}
	p.prepared = true
	if p.Grace == 0 {
		p.Grace = defaultGrace
	}
	if p.Logger == nil {
		p.Logger = slog.Default()
	}
	p.flavours = make(map[string]*quota)
	p.running = make(map[string]*process)
	p.starter = newStarter()
}

// Ensure makes the pool keep n runners of the flavour.
func (p *Pool) Ensure(_ context.Context, f schema.Flavour, n int) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return errClosed
	}
	p.prepare()
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
	if pause := time.Until(q.retry); pause > 0 && p.count(q) < q.want {
		q.timer = time.AfterFunc(pause, func() { p.refill(q) })
		return
	}
	for p.count(q) < q.want {
		if err := p.start(q); err != nil {
			p.Logger.Error("runner not started", "flavour", q.flavour.Name, "error", err)
			p.blame(q, err.Error())
			q.timer = time.AfterFunc(time.Until(q.retry), func() { p.refill(q) })
			return
		}
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
	for _, r := range p.running {
		if r.flavour == q.flavour.Name && !r.retired {
			n++
		}
	}
	return n
}

// blame notes a failure and doubles the pause before the next start. mu is held.
func (p *Pool) blame(q *quota, failure string) {
	q.failure = failure
	pause := min(firstPause<<min(q.failed, 10), longestPause)
	q.failed++
	q.retry = time.Now().Add(pause)
}

// start starts one runner. mu is held.
func (p *Pool) start(q *quota) error {
	id := "local-" + strings.ToLower(rand.Text()[:12])
	r := &process{id: id, flavour: q.flavour.Name, began: time.Now(), logger: p.Logger.With("runner", id), gone: make(chan struct{})}
	credential := schema.Credential{URL: p.URL, Runner: id, Flavour: q.flavour.Name, Token: p.Registrar.Issue(id, q.flavour.Name), Leash: true}
	if err := r.start(p, credential); err != nil {
		p.tasks.Go(func() { p.Registrar.Exited(id, err.Error()) })
		return err
	}
	p.running[id] = r
	p.tasks.Go(func() {
		p.settle(r, q, r.wait())
	})
	return nil
}

// settle notes a runner's end and puts a fresh one in its place.
func (p *Pool) settle(r *process, q *quota, failure string) {
	p.mu.Lock()
	delete(p.running, r.id)
	retired := r.retired
	if retired || time.Since(r.began) > longestPause {
		q.failed, q.failure, q.retry = 0, "", time.Time{}
	}
	if !retired {
		p.blame(q, cmp.Or(failure, "it ended without having been told to"))
	}
	p.mu.Unlock()
	close(r.gone)
	if !retired {
		p.Registrar.Exited(r.id, failure)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fill(q)
}

// Retire ends a runner: SIGTERM, after Grace SIGKILL, and waits for it.
func (p *Pool) Retire(ctx context.Context, runner string) error {
	p.mu.Lock()
	r := p.running[runner]
	if r == nil {
		p.mu.Unlock()
		return nil
	}
	first := !r.retired
	r.retired = true
	if q := p.flavours[r.flavour]; q != nil {
		p.fill(q) // the next one need not wait for this one's end
	}
	p.mu.Unlock()
	return r.end(ctx, p.Grace, first)
}

// List returns the runners that live, and a flavour's failure where one could not start.
func (p *Pool) List(context.Context) ([]scheduler.PoolRunner, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var runners []scheduler.PoolRunner
	for _, r := range p.running {
		if !r.retired {
			runners = append(runners, scheduler.PoolRunner{
				ID: r.id, Flavour: r.flavour, Where: r.where(), Alive: true, Failure: p.flavours[r.flavour].failure,
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

// Close ends every runner and waits for them. Closing twice is no error.
func (p *Pool) Close() error {
	p.mu.Lock()
	first := !p.closed
	p.closed = true
	p.prepare()
	for _, q := range p.flavours {
		if q.timer != nil {
			q.timer.Stop()
		}
	}
	var ended sync.WaitGroup
	var failed []error
	var guard sync.Mutex
	for _, r := range p.running {
		term := !r.retired
		r.retired = true
		ended.Go(func() {
			err := r.end(context.Background(), p.Grace, term)
			guard.Lock()
			failed = append(failed, err)
			guard.Unlock()
		})
	}
	p.mu.Unlock()
	ended.Wait()
	p.tasks.Wait()
	if first {
		p.starter.close()
	}
	return errors.Join(failed...)
}
