package scheduler

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/grader/grader/schema"
)

// newReads returns reads that load uses, and a function that waits for their goroutines.
func newReads(t *testing.T, load func(context.Context, int64) ([]schema.Event, error)) *reads {
	t.Helper()
	var tasks sync.WaitGroup
	t.Cleanup(tasks.Wait)
	spawn := func(task func(context.Context)) bool {
		tasks.Go(func() { task(context.Background()) })
		return true
	}
	return &reads{load: load, spawn: spawn, byAfter: make(map[int64]*read)}
}

// counter returns one event per read, which counts the reads.
type counter struct {
	mu    sync.Mutex
	reads int64
	size  int // number of events that a read returns
	err   error
}

func (c *counter) load(context.Context, int64) ([]schema.Event, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.reads++
	events := make([]schema.Event, max(c.size, 1))
	events[0].Seq = c.reads
	return events, c.err
}

// TestReadsAreShared has many watches at the same event and one at another event.
func TestReadsAreShared(t *testing.T) {
	t.Parallel()
	r := newReads(t, new(counter).load)
	var all sync.WaitGroup
	for range 100 {
		all.Go(func() {
			if events, err := r.share(7).wait(t.Context()); err != nil || events[0].Seq != 1 {
				t.Errorf("%v, %v", events, err)
			}
		})
	}
	all.Wait()
	for i, after := range []int64{8, 7} {
		if events, err := r.share(after).wait(t.Context()); err != nil || events[0].Seq != int64(2+i) {
			t.Errorf("after %d: %v, %v", after, events, err)
		}
		r.forget()
	}
}

// TestReadsThatAreNotKept checks that failed reads and full pages are read again.
func TestReadsThatAreNotKept(t *testing.T) {
	t.Parallel()
	failed := errors.New("disk full")
	for name, is := range map[string]struct {
		counter *counter
		kept    int
	}{
		"one event less than a page": {&counter{size: page - 1}, 1},
		"a full page":                {&counter{size: page}, 0},
		"a failed read":              {&counter{err: failed}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := is.counter
			r := newReads(t, c.load)
			for range 2 {
				if _, err := r.share(0).wait(t.Context()); !errors.Is(err, c.err) {
					t.Errorf("error %v", err)
				}
			}
			if want := int64(2 - is.kept); len(r.byAfter) != is.kept || c.reads != want {
				t.Errorf("%d kept after %d reads, want %d after %d", len(r.byAfter), c.reads, is.kept, want)
			}
		})
	}
}

// TestDropSparesNewerRead drops a full page whose place a newer read has taken meanwhile.
func TestDropSparesNewerRead(t *testing.T) {
	t.Parallel()
	r := newReads(t, new(counter).load)
	older := r.share(0)
	r.forget()
	newer := r.share(0)
	r.drop(0, older)
	if r.byAfter[0] != newer {
		t.Error("the newer read was discarded")
	}
}
