package scheduler

import (
	"context"
	"time"

	"github.com/grader/grader/schema"
)

// watch is one reader of one job's events.
type watch struct {
	seq   int64 // of the last event that was sent
	ended bool  // the job had ended when the watch began, so all events are stored
	bell  chan struct{}
	reads *reads // of all watches of the job
	out   chan schema.Event
}

// run sends events until the job has ended. An error says why it stopped earlier.
func (w *watch) run(ctx context.Context) error {
	for {
		ended, err := w.replay(ctx)
		if ended || err != nil {
			return err
		}
		select {
		case <-w.bell:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// replay sends the stored events after the last one sent. It returns true once the job has ended.
func (w *watch) replay(ctx context.Context) (ended bool, err error) {
	for {
		events, err := w.read(ctx)
		if err != nil {
			return false, err
		}
		for _, e := range events {
			if err := w.pass(ctx, e); err != nil {
				return false, err
			}
			if e.Kind == schema.EventEnded {
				return true, nil
			}
		}
		if len(events) < page {
			return w.ended, nil
		}
	}
}

// read returns the next events from the store.
func (w *watch) read(ctx context.Context) ([]schema.Event, error) {
	if w.ended { // shared reads may lack the last events
		return w.reads.start(w.seq).wait(ctx)
	}
	return w.reads.share(w.seq).wait(ctx)
}

// pass sends one event to the reader. CodeLimit: the reader is too slow.
func (w *watch) pass(ctx context.Context, e schema.Event) error {
	patience := time.NewTimer(maxPatience)
	defer patience.Stop()
	select {
	case w.out <- e:
		w.seq = e.Seq
		return nil
	case <-patience.C:
		return schema.Errorf(schema.CodeLimit, "the reader took too long over one event")
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
