package scheduler_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/grader/grader/schema"
)

// drain reads a watch to its end and checks that it begins after seq, without gaps or repetitions.
func drain(t *testing.T, events <-chan schema.Event, after int64) (last schema.Event) {
	t.Helper()
	for e := range events {
		if e.Seq != after+1 {
			t.Errorf("event %d after %d", e.Seq, after)
		}
		after, last = e.Seq, e
	}
	return last
}

func TestWatchUnknownJob(t *testing.T) {
	t.Parallel()
	b := newBundle(t).start()
	if _, err := b.Watch(t.Context(), 404, 0); schema.CodeOf(err) != schema.CodeNotFound {
		t.Errorf("error %v", err)
	}
}

// TestWatchesReplayAndFollow checks that watches that begin at any time see all events of a job, in
// order.
func TestWatchesReplayAndFollow(t *testing.T) {
	t.Parallel()
	b := newBundle(t).start()
	d := b.newDevice()
	job := b.push("alice")
	var watches sync.WaitGroup
	watch := func(after int64) {
		events, err := b.Watch(t.Context(), job.ID, after)
		check(t, err)
		watches.Go(func() {
			if e := drain(t, events, after); e.Kind != schema.EventEnded || e.Result == nil {
				t.Errorf("the watch ended with %+v", e)
			}
		})
	}
	watch(0)
	o := d.claim()
	for i := range 80 {
		d.events(o, 2*i, line(fmt.Sprint(i)), line("and again")).want(t, 204)
		watch(int64(i))
	}
	d.result(o, graded()).want(t, 204)
	watch(0)
	watches.Wait()
}

func TestWatchAfterTheEndClosesAtOnce(t *testing.T) {
	t.Parallel()
	b := newBundle(t).start()
	d := b.newDevice()
	job := b.push("alice")
	d.result(d.claim(), graded()).want(t, 204)
	events, err := b.Watch(t.Context(), job.ID, 3)
	check(t, err)
	if e, ok := <-events; ok {
		t.Errorf("event %+v", e)
	}
}

func TestWatchContinuesAfterLostRunner(t *testing.T) {
	t.Parallel()
	b := newBundle(t).start()
	job := b.push("alice")
	events, err := b.Watch(t.Context(), job.ID, 0)
	check(t, err)
	for range schema.MaxAttempts {
		d := b.newDevice()
		d.claim()
		b.Exited(d.id, "killed")
		for e := range events {
			if e.Kind == schema.EventRequeued || e.Kind == schema.EventEnded {
				break
			}
		}
	}
	if e, ok := <-events; ok {
		t.Errorf("event %+v after the end", e)
	}
}

func TestSlowReaderIsDropped(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBundle(t).start()
		d := b.newDevice()
		job := b.push("alice")
		slow, err := b.Watch(t.Context(), job.ID, 0)
		check(t, err)
		if e := <-slow; e.Kind != schema.EventQueued {
			t.Errorf("event %+v", e)
		}
		began := time.Now()
		d.result(d.claim(), graded()).want(t, 204) // reporting does not wait for readers
		if took := time.Since(began); took != 0 {
			t.Errorf("the report took %v", took)
		}
		time.Sleep(time.Minute)
		if e, ok := <-slow; ok {
			t.Errorf("event %+v after a minute", e)
		}
		again, err := b.Watch(t.Context(), job.ID, 1)
		check(t, err)
		drain(t, again, 1)
	})
}

func TestWatchEndsWithItsReaderAndWithTheServer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBundle(t).start()
		job := b.push("alice")
		ctx, leave := context.WithCancel(t.Context())
		mine, err := b.Watch(ctx, job.ID, 1)
		check(t, err)
		other, err := b.Watch(t.Context(), job.ID, 1)
		check(t, err)
		leave()
		if _, ok := <-mine; ok {
			t.Error("an event out of nothing")
		}
		check(t, b.Stop(t.Context()))
		if _, ok := <-other; ok {
			t.Error("an event out of nothing")
		}
		if _, err := b.Watch(t.Context(), job.ID, 0); schema.CodeOf(err) != schema.CodeUnavailable {
			t.Errorf("error %v", err)
		}
	})
}

// TestSharedReadOutlivesItsReader disconnects the reader whose watch started a read. Another watch
// gets the events of this read, and later watches too.
func TestSharedReadOutlivesItsReader(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBundle(t)
		job, held := b.push("alice"), b.holdReads()
		ctx, leave := context.WithCancel(t.Context())
		mine, err := b.Watch(ctx, job.ID, 0)
		check(t, err)
		synctest.Wait()
		other, err := b.Watch(t.Context(), job.ID, 0)
		check(t, err)
		synctest.Wait()
		leave()
		if _, ok := <-mine; ok {
			t.Error("an event before the read ended")
		}
		close(held.release)
		late, err := b.Watch(t.Context(), job.ID, 0)
		check(t, err)
		for _, w := range []<-chan schema.Event{other, late} {
			if e := <-w; e.Kind != schema.EventQueued {
				t.Errorf("event %+v", e)
			}
		}
		if n := held.reads.Load(); n != 1 {
			t.Errorf("%d reads of the store, want 1", n)
		}
	})
}

// TestFailedReadIsNotKept fails one read. Its watch ends, and later watches share one new read.
func TestFailedReadIsNotKept(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBundle(t)
		job, held := b.push("alice"), b.holdReads()
		keeper, err := b.Watch(t.Context(), job.ID, 1) // keeps the job's reads
		check(t, err)
		held.release <- struct{}{}
		synctest.Wait()
		held.fails.Store(true)
		first, err := b.Watch(t.Context(), job.ID, 0)
		check(t, err)
		held.release <- struct{}{}
		if e, ok := <-first; ok {
			t.Errorf("event %+v of a failed read", e)
		}
		held.fails.Store(false)
		close(held.release)
		for range 3 {
			later, err := b.Watch(t.Context(), job.ID, 0)
			check(t, err)
			if e := <-later; e.Kind != schema.EventQueued {
				t.Errorf("event %+v", e)
			}
		}
		if n := held.reads.Load(); n != 3 {
			t.Errorf("%d reads of the store, want 3: the keeper's, the failed one, a shared one", n)
		}
		select {
		case e := <-keeper:
			t.Errorf("event %+v", e)
		default:
		}
	})
}

// TestStopWaitsForReads stops the scheduler during a read of the store. Stop must not return before
// the read ends, because the store is closed next.
func TestStopWaitsForReads(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]bool{"of a running job": false, "of a job that has ended": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := newBundle(t)
				job, held := b.push("alice"), b.holdReads()
				if end {
					d := b.newDevice()
					d.result(d.claim(), graded()).want(t, 204)
				}
				_, err := b.Watch(t.Context(), job.ID, 0)
				check(t, err)
				synctest.Wait()
				stopped := make(chan error, 1)
				go func() { stopped <- b.Stop(t.Context()) }()
				synctest.Wait()
				select {
				case err := <-stopped:
					t.Errorf("stopped during the read: %v", err)
					close(held.release)
				default:
					close(held.release)
					check(t, <-stopped)
				}
			})
		})
	}
}

func TestNotifyDeliversStoredEvents(t *testing.T) {
	t.Parallel()
	b := newBundle(t).start()
	job := b.push("alice")
	events, err := b.Watch(t.Context(), job.ID, 1)
	check(t, err)
	j, err := b.store.Claim(t.Context(), "elsewhere", "standard", time.Now(), time.Minute)
	check(t, err)
	b.Notify(j.ID)
	if e := <-events; e.Kind != schema.EventAssigned {
		t.Errorf("event %+v", e)
	}
}
