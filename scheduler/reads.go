package scheduler

import (
	"context"
	"sync"

	"github.com/grader/grader/schema"
)

// reads holds the latest reads of one job's events. Watches at the same event that are woken by the
// same notification share one read of the store, so that thousands of readers of a job cost as much
// as one. Reads run under the scheduler's context, because they outlive the watch that starts them.
type reads struct {
	load  func(ctx context.Context, after int64) ([]schema.Event, error)
	spawn func(task func(ctx context.Context)) bool // see shared.spawn

	mu      sync.Mutex
	byAfter map[int64]*read // by the sequence number that they begin after
}

// read is one read of the store.
type read struct {
	done   chan struct{}
	events []schema.Event // set before done is closed, and not changed afterwards
	err    error
}

// forget discards the reads after new events, so that the next reads query the store.
func (r *reads) forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	clear(r.byAfter)
}

// share returns the read that begins after a sequence number, which another watch may have started
// since the last forget.
func (r *reads) share(after int64) *read {
	r.mu.Lock()
	defer r.mu.Unlock()
	one := r.byAfter[after]
	if one == nil {
		one = r.start(after)
		r.byAfter[after] = one
	}
	return one
}

// start starts a read that begins after a sequence number. A query needs a deep stack, so it runs
// on its own goroutine to keep thousands of waiting watches small.
func (r *reads) start(after int64) *read {
	one := &read{done: make(chan struct{}), err: errStopping}
	if !r.spawn(func(ctx context.Context) {
		defer close(one.done)
		one.events, one.err = r.load(ctx, after)
		if one.err != nil || len(one.events) >= page {
			r.drop(after, one)
		}
	}) {
		close(one.done)
	}
	return one
}

// drop discards a read: a failed one, or a full page, because watches from the first event would
// keep a job's whole output in memory.
func (r *reads) drop(after int64, one *read) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.byAfter[after] == one {
		delete(r.byAfter, after)
	}
}

// wait returns the events of a read when it is done, or the cause of the end of ctx.
func (r *read) wait(ctx context.Context) ([]schema.Event, error) {
	select {
	case <-r.done:
		return r.events, r.err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}
