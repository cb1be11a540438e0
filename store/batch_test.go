package store

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"

	"github.com/grader/grader/schema"
)

// held keeps the writer busy until the returned function is called.
func (b *bundle) held() (release func()) {
	b.t.Helper()
	began, over := make(chan struct{}), make(chan struct{})
	ended := make(chan error, 1)
	go func() {
		ended <- b.write(b.t.Context(), "hold", func(*tx) error { close(began); <-over; return nil })
	}()
	<-began
	return func() {
		b.t.Helper()
		close(over)
		check(b.t, <-ended)
	}
}

// queued waits until n transactions wait for their turn.
func (b *bundle) queued(n int) {
	for {
		b.batches.mu.Lock()
		waiting := len(b.batches.waiting)
		b.batches.mu.Unlock()
		if waiting == n {
			return
		}
		runtime.Gosched()
	}
}

// A transaction that shares a commit fails, panics or is cancelled without affecting the
// others.
func TestTransactionsSharingACommitFailAlone(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	add := func(ctx context.Context, state string, then func() error) error {
		return b.write(ctx, "test", func(tx *tx) error {
			if _, err := tx.exec(ctx, `INSERT INTO job_counts (state, jobs) VALUES (?, 1)`, state); err != nil {
				return err
			}
			return then()
		})
	}
	fine := func() error { return nil }
	leaving, leave := context.WithCancel(t.Context())
	release := b.held()
	var all sync.WaitGroup
	outcome := make(map[string]error)
	var mu sync.Mutex
	run := func(name string, f func() error) {
		all.Go(func() {
			defer func() {
				if p := recover(); p != nil {
					mu.Lock()
					outcome[name] = errors.New("panicked")
					mu.Unlock()
				}
			}()
			err := f()
			mu.Lock()
			outcome[name] = err
			mu.Unlock()
		})
	}
	run("first", func() error { return add(t.Context(), "first", fine) })
	b.queued(1)
	run("fails", func() error {
		return add(t.Context(), "fails", func() error { return schema.Errorf(schema.CodeRefused, "no") })
	})
	run("breaks", func() error { return add(t.Context(), "queued", fine) }) // it exists already
	run("panics", func() error { return add(t.Context(), "panics", func() error { panic("boom") }) })
	run("leaves", func() error { return add(leaving, "leaves", func() error { leave(); return nil }) })
	b.queued(5)
	run("last", func() error { return add(t.Context(), "last", fine) })
	b.queued(6)
	release()
	all.Wait()
	check(t, outcome["first"])
	check(t, outcome["last"])
	refused(t, outcome["fails"], schema.CodeRefused, "no")
	refused(t, outcome["breaks"], schema.CodeConflict)
	equal(t, fmt.Sprint(outcome["panics"]), "panicked")
	if !errors.Is(outcome["leaves"], context.Canceled) {
		t.Errorf("who left was told %v", outcome["leaves"])
	}
	there := ok(list(t.Context(), b.reader, value[string], `SELECT state FROM job_counts WHERE jobs = 1 AND state NOT IN ('done') ORDER BY state`))(t)
	equal(t, there, []string{"first", "last"})
}

// A request that is cancelled before its turn returns at once and is not executed.
func TestWaitingTransactionIsCancelled(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	release := b.held()
	defer release()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- b.write(ctx, "test", func(*tx) error { t.Error("it ran"); return nil }) }()
	b.queued(1)
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

// BenchmarkShared measures a short transaction while sixty-four are written at once.
func BenchmarkShared(b *testing.B) {
	x := newBundle(b)
	b.SetParallelism(32)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			check(b, x.RetireRunner(b.Context(), "nobody", epoch))
		}
	})
}
