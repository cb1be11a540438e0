package scheduler

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/grader/grader/schema"
)

// TestReadsAreShared has many watches at the same event and one at another event.
func TestReadsAreShared(t *testing.T) {
	t.Parallel()
	r := &reads{byAfter: make(map[int64]*read)}
	var asked atomic.Int64
	load := func() ([]schema.Event, error) { return []schema.Event{{Seq: asked.Add(1)}}, nil }
	var all sync.WaitGroup
	for range 100 {
		all.Go(func() {
			if events, err := r.events(t.Context(), 7, load); err != nil || events[0].Seq != 1 {
				t.Errorf("%v, %v", events, err)
			}
		})
	}
	all.Wait()
	if events, _ := r.events(t.Context(), 8, load); events[0].Seq != 2 {
		t.Errorf("after another event: %v", events)
	}
	r.forget()
	if events, _ := r.events(t.Context(), 7, load); events[0].Seq != 3 {
		t.Errorf("after a notification: %v", events)
	}
}

// TestReadOfAReaderThatHasGone fails the read of a disconnected reader; the other watches read for
// themselves.
func TestReadOfAReaderThatHasGone(t *testing.T) {
	t.Parallel()
	r := &reads{byAfter: make(map[int64]*read)}
	if _, err := r.events(t.Context(), 0, func() ([]schema.Event, error) { return nil, context.Canceled }); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	events, err := r.events(t.Context(), 0, func() ([]schema.Event, error) { return []schema.Event{{Seq: 1}}, nil })
	if err != nil || len(events) != 1 {
		t.Errorf("%v, %v", events, err)
	}
}
