package scheduler

import (
	"context"
	"sync"
	"time"

	"github.com/grader/grader/schema"
)

const (
	// page is the number of events that one read of the store returns, which bounds the memory of a
	// watch.
	page = 32
	// maxPatience is how long a watch waits for its reader to receive one event.
	maxPatience = 30 * time.Second
)

// hub wakes the watchers of a job. It does not carry events: each watch reads the events after its
// last one from the store and shares the read with watches at the same position. So no event is
// lost or repeated, a slow reader costs no memory, and reporting never blocks.
type hub struct {
	jobs  Jobs
	spawn func(task func(ctx context.Context)) bool // see shared.spawn

	mu      sync.Mutex
	watches map[int64]*watched
}

// watched is a job that has watches.
type watched struct {
	bells map[chan struct{}]bool
	reads *reads
}

// subscribe returns a channel that receives after each notify of the job, and the reads that its
// watches share.
func (h *hub) subscribe(job int64) (chan struct{}, *reads) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.watches == nil {
		h.watches = make(map[int64]*watched)
	}
	is := h.watches[job]
	if is == nil {
		is = &watched{bells: make(map[chan struct{}]bool), reads: h.reads(job)}
		h.watches[job] = is
	}
	bell := make(chan struct{}, 1)
	is.bells[bell] = true
	return bell, is.reads
}

// reads returns the reads of a job's events.
func (h *hub) reads(job int64) *reads {
	load := func(ctx context.Context, after int64) ([]schema.Event, error) {
		return h.jobs.Events(ctx, job, after, page)
	}
	return &reads{load: load, spawn: h.spawn, byAfter: make(map[int64]*read)}
}

// unsubscribe removes a channel that subscribe returned.
func (h *hub) unsubscribe(job int64, bell chan struct{}) {
	h.mu.Lock()
	defer h.mu.Unlock()
	is := h.watches[job]
	delete(is.bells, bell)
	if len(is.bells) == 0 {
		delete(h.watches, job)
	}
}

// notify wakes the watchers of a job; it never blocks.
func (h *hub) notify(job int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	is := h.watches[job]
	if is == nil {
		return
	}
	is.reads.forget() // before the bells, so that woken watchers read the new events
	for bell := range is.bells {
		select {
		case bell <- struct{}{}:
		default: // already notified
		}
	}
}

// Notify wakes the watchers of a job whose new events the scheduler did not store itself, such as
// its cancellation. It never blocks.
func (s *Scheduler) Notify(job int64) {
	s.prepare()
	s.hub.notify(job)
}

// Watch streams a job's events after the sequence number: first the stored ones, then live
// ones. It closes the channel after the EventEnded, when ctx or the scheduler ends, or when the
// reader takes longer than 30 s to receive one event (resume from the last Seq). CodeNotFound:
// no such job.
func (s *Scheduler) Watch(ctx context.Context, job, after int64) (<-chan schema.Event, error) {
	s.prepare()
	if s.ctx.Err() != nil {
		return nil, errStopping
	}
	bell, reads := s.hub.subscribe(job) // before the first read, so that no event is missed
	now, err := s.Jobs.Job(ctx, job)
	if err != nil {
		s.hub.unsubscribe(job, bell)
		return nil, err
	}
	w := &watch{seq: after, ended: now.State.Ended(), bell: bell, reads: reads, out: make(chan schema.Event)}
	if !s.spawn(func(stopping context.Context) {
		defer s.hub.unsubscribe(job, bell)
		defer close(w.out)
		ctx, cancel := context.WithCancelCause(ctx)
		defer cancel(nil)
		defer context.AfterFunc(stopping, func() { cancel(errStopping) })()
		if err := w.run(ctx); err != nil && ctx.Err() == nil && stopping.Err() == nil {
			s.Logger.Warn("watch ended", "job", job, "error", err)
		}
	}) {
		s.hub.unsubscribe(job, bell)
		return nil, errStopping
	}
	return w.out, nil
}
