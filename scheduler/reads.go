package scheduler

import (
	"context"
	"sync"

	"github.com/grader/grader/schema"
)

// reads holds the latest reads of one job's events. Watches at the same event that are woken by the
// same notification share one read of the store, so that thousands of readers of a job cost as much
// as one.
type reads struct {
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

// events returns the result of load, or its result for another watch since the last forget. load
// runs on its own goroutine.
func (r *reads) events(ctx context.Context, after int64, load func() ([]schema.Event, error)) ([]schema.Event, error) {
	r.mu.Lock()
	one, shared := r.byAfter[after]
	if !shared {
		one = &read{done: make(chan struct{})}
		r.byAfter[after] = one
		go func() {
			defer close(one.done)
			one.events, one.err = load()
		}()
	}
	r.mu.Unlock()
	select {
	case <-one.done:
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	if one.err != nil && shared { // it may have failed because another reader disconnected
		return load()
	}
	return one.events, one.err
}
