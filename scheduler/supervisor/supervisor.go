// Package supervisor keeps the wanted number of runners alive for pools that start each runner
// themselves. It replaces each runner that ends, with growing pauses while they fail.
package supervisor

import (
	"cmp"
	"context"
	"crypto/rand"
	"strings"
	"sync"
	"time"

	"github.com/grader/grader/scheduler"
	"github.com/grader/grader/schema"
)

// Life is one runner, implemented by its pool.
type Life interface {
	// Live starts the runner and returns once it has ended completely. It must end when ctx does.
	// The failure tells staff why the runner ended on its own or did not start; "" if it ended
	// normally.
	Live(ctx context.Context) (failure string)
	// Where describes the runner's location for people. It may be called at any time.
	Where() string
}

// Supervisor implements a pool except for a runner's life. Set the exported fields before the first
// call. Its methods are safe for concurrent use.
type Supervisor struct {
	Name      string                                 // of the pool; the ids of its runners begin with it
	Registrar scheduler.Registrar                    // the scheduler
	New       func(id string, f schema.Flavour) Life // a runner that has not started

	mu       sync.Mutex
	closed   bool
	flavours map[string]*quota
	runners  map[string]*runner
	tasks    sync.WaitGroup
}

// runner is a Life with the supervisor's state, which the supervisor's mu guards.
type runner struct {
	Life
	id         string
	quota      *quota
	began      time.Time
	end        context.CancelFunc
	registered bool
	retired    bool
	gone       chan struct{} // closed once it has ended completely
}

// errClosed is the error of a closed pool.
var errClosed = schema.Errorf(schema.CodeUnavailable, "the pool is closed")

// Ensure makes the supervisor keep n runners of the flavour.
func (s *Supervisor) Ensure(_ context.Context, f schema.Flavour, n int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return errClosed
	}
	if s.runners == nil {
		s.flavours, s.runners = make(map[string]*quota), make(map[string]*runner)
	}
	q := s.flavours[f.Name]
	if q == nil {
		q = &quota{}
		s.flavours[f.Name] = q
	}
	q.flavour, q.want = f, n
	q.forgetFailure()
	s.fill(q) //nolint:contextcheck // a runner outlives every request
	return nil
}

// fill starts the missing runners of a flavour, or sets a timer for the end of a failure's pause.
// mu is held.
func (s *Supervisor) fill(q *quota) {
	lack := q.want - q.alive
	if s.closed || q.timer != nil || lack <= 0 {
		return
	}
	if pause := time.Until(q.retry); pause > 0 {
		q.timer = time.AfterFunc(pause, func() { s.refill(q) })
		return
	}
	for range lack {
		s.start(q)
	}
}

// refill calls fill at the end of a pause.
func (s *Supervisor) refill(q *quota) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q.timer = nil
	s.fill(q)
}

// start starts one runner. mu is held.
func (s *Supervisor) start(q *quota) {
	id := s.Name + "-" + strings.ToLower(rand.Text()[:12])
	ctx, end := context.WithCancel(context.Background())
	r := &runner{Life: s.New(id, q.flavour), id: id, quota: q, began: time.Now(), end: end, gone: make(chan struct{})}
	s.runners[id] = r
	q.alive++
	s.tasks.Go(func() {
		defer end()
		s.Registrar.Expect(id, r.quota.flavour.Name)
		s.settle(r, r.Live(ctx)) //nolint:contextcheck // the next one's life is not part of this one's
	})
}

// Registered records that a runner has registered, which ends an earlier failure.
func (s *Supervisor) Registered(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.runners[id]
	if r == nil || r.retired || r.registered {
		return
	}
	r.registered = true
	r.quota.serving++
	r.quota.failure = ""
}

// settle records a runner's end and starts its replacement.
func (s *Supervisor) settle(r *runner, failure string) {
	s.mu.Lock()
	delete(s.runners, r.id)
	retired := r.retired
	if retired || time.Since(r.began) > longestPause {
		r.quota.resetPause()
	}
	if !retired {
		r.uncount()
		r.quota.recordFailure(cmp.Or(failure, "it ended unexpectedly"))
	}
	s.mu.Unlock()
	close(r.gone)
	if !retired {
		s.Registrar.Exited(r.id, failure)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fill(r.quota)
}

// Retire ends a runner and waits until it has ended completely. It returns nil if the runner has
// ended already.
func (s *Supervisor) Retire(ctx context.Context, id string) error {
	s.mu.Lock()
	r := s.runners[id]
	if r == nil {
		s.mu.Unlock()
		return nil
	}
	r.retire()
	s.fill(r.quota) //nolint:contextcheck // the next one need not wait for this one's end, and outlives the request
	s.mu.Unlock()
	select {
	case <-r.gone:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// retire ends a runner; the supervisor's mu is held.
func (r *runner) retire() {
	if !r.retired {
		r.retired = true
		r.uncount()
		r.end()
	}
}

// uncount removes a runner from its flavour's counts; the supervisor's mu is held.
func (r *runner) uncount() {
	r.quota.alive--
	if r.registered {
		r.quota.serving--
	}
}

// List returns the living runners, and the failure of a flavour that could not start one.
func (s *Supervisor) List(context.Context) ([]scheduler.PoolRunner, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []scheduler.PoolRunner
	for id, r := range s.runners {
		if !r.retired {
			all = append(all, scheduler.PoolRunner{ID: id, Flavour: r.quota.flavour.Name, Where: r.Where(), Alive: true, Failure: r.quota.failure})
		}
	}
	for name, q := range s.flavours {
		if q.failure != "" {
			all = append(all, scheduler.PoolRunner{Flavour: name, Failure: q.failure})
		}
	}
	return all, nil
}

// Close ends every runner and waits until they have ended completely. It may be called twice.
func (s *Supervisor) Close() {
	s.mu.Lock()
	s.closed = true
	for _, q := range s.flavours {
		if q.timer != nil {
			q.timer.Stop()
		}
	}
	for _, r := range s.runners {
		r.retire()
	}
	s.mu.Unlock()
	s.tasks.Wait()
}
