package outbox

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"github.com/grader/grader/schema"
)

const (
	// sendTimeout bounds one attempt.
	sendTimeout = 3 * time.Minute
	// defaultMaxAge is how long delivery of an entry is attempted.
	defaultMaxAge = 7 * 24 * time.Hour
	// storeWait is how long the worker waits after the store failed.
	storeWait = 10 * time.Second
	// maxReason bounds the stored reason of a failure, in bytes.
	maxReason = 500
)

// Store stores the entries. Each method is one transaction.
type Store interface {
	// TakeOutgoing begins and counts an attempt to deliver the entry of a kind that has been due
	// longest. It skips entries for busy receivers. CodeNotFound: no entry is due; next is when one
	// will be due, zero for never.
	TakeOutgoing(ctx context.Context, kind string, busy []string, now time.Time) (e schema.OutboxEntry, next time.Time, err error)
	// Delivered removes an entry unless it was replaced in the meantime.
	Delivered(ctx context.Context, e schema.OutboxEntry) error
	// Postpone ends an attempt that did not deliver the entry.
	Postpone(ctx context.Context, e schema.OutboxEntry, p schema.Postponement) error
	// GiveUp keeps an entry with the reason and stops further attempts.
	GiveUp(ctx context.Context, e schema.OutboxEntry, reason string) error
}

// parallel bounds how many receivers of a kind get their entries at the same time.
const parallel = 4

// Worker delivers entries, one at a time to each receiver. Set the exported fields, then call
// Start.
type Worker struct {
	Store   Store
	Senders map[string]Sender // by kind
	// InOrder holds the kinds whose entries for one receiver are delivered in the order of their
	// due times. While one entry fails, the later ones wait.
	InOrder map[string]bool
	Clock   func() time.Time // nil: time.Now
	Random  func() float64   // in [0, 1); nil: math/rand
	MaxAge  time.Duration    // how long an entry is tried; 0: a week
	Logger  *slog.Logger     // nil: slog.Default()

	stop    context.CancelFunc
	working sync.WaitGroup
	wakes   []chan struct{}
}

func (w *Worker) now() time.Time {
	if w.Clock == nil {
		return time.Now()
	}
	return w.Clock()
}

func (w *Worker) logger() *slog.Logger {
	if w.Logger == nil {
		return slog.Default()
	}
	return w.Logger
}

// Start delivers entries until Stop. Entries that became due earlier are delivered at once.
func (w *Worker) Start(ctx context.Context) {
	ctx, w.stop = context.WithCancel(context.WithoutCancel(ctx))
	for kind := range w.Senders {
		wake := make(chan struct{}, 1)
		w.wakes = append(w.wakes, wake)
		w.working.Go(func() { w.run(ctx, kind, wake) })
	}
}

// Stop cancels attempts that have begun and waits for them. It may be called twice.
func (w *Worker) Stop(context.Context) error {
	if w.stop != nil {
		w.stop()
	}
	w.working.Wait()
	return nil
}

// Wake tells the worker that an entry was enqueued. It never blocks.
func (w *Worker) Wake() {
	for _, wake := range w.wakes {
		select {
		case wake <- struct{}{}:
		default:
		}
	}
}

func (w *Worker) run(ctx context.Context, kind string, wake <-chan struct{}) {
	for ctx.Err() == nil {
		next, err := w.deliver(ctx, kind, wake)
		if err != nil && ctx.Err() == nil {
			w.logger().Error("outbox", "kind", kind, "error", err)
			next = w.now().Add(storeWait)
		}
		w.sleep(ctx, next, wake)
	}
}

// sleep waits until it is woken, until a time (zero: never), or until ctx ends.
func (w *Worker) sleep(ctx context.Context, until time.Time, wake <-chan struct{}) {
	var at <-chan time.Time
	if !until.IsZero() {
		timer := time.NewTimer(until.Sub(w.now()))
		defer timer.Stop()
		at = timer.C
	}
	select {
	case <-at:
	case <-wake:
	case <-ctx.Done():
	}
}

// Deliver makes one attempt for each due entry of a kind, and returns when the next one is due,
// zero if there is none. The error is the store's. A Sender's error is stored with its entry.
func (w *Worker) Deliver(ctx context.Context, kind string) (next time.Time, err error) {
	return w.deliver(ctx, kind, nil)
}

// attempted is an attempt that has ended, with the store's error.
type attempted struct {
	receiver string
	err      error
}

// deliver is like Deliver, but wake also makes it look for new entries while attempts are running.
func (w *Worker) deliver(ctx context.Context, kind string, wake <-chan struct{}) (next time.Time, err error) {
	var busy []string
	ended := make(chan attempted, parallel)
	for {
		var e schema.OutboxEntry
		if len(busy) < parallel && err == nil {
			e, next, err = w.Store.TakeOutgoing(ctx, kind, busy, w.now())
			if err == nil {
				busy = append(busy, e.Receiver)
				go func() { ended <- attempted{e.Receiver, w.attempt(ctx, e)} }()
				continue
			}
			if schema.CodeOf(err) == schema.CodeNotFound {
				err = nil
			}
		}
		if len(busy) == 0 {
			return next, err
		}
		select {
		case a := <-ended:
			busy = slices.DeleteFunc(busy, func(receiver string) bool { return receiver == a.receiver })
			err = errors.Join(err, a.err)
		case <-wake: // there may be a new entry for a receiver that is not busy
		}
	}
}

// attempt sends an entry once and stores the result, even when the worker stops.
func (w *Worker) attempt(ctx context.Context, e schema.OutboxEntry) error {
	sctx, cancel := context.WithTimeout(ctx, sendTimeout)
	err := w.send(sctx, e)
	cancel()
	stored, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeWait)
	defer cancel()
	dropped := new(Dropped)
	switch {
	case err == nil:
		return w.Store.Delivered(stored, e)
	case errors.As(err, &dropped):
		w.logger().Info("outbox entry dropped", "kind", e.Kind, "key", e.Key, "receiver", e.Receiver, "reason", reason(dropped))
		return w.Store.Delivered(stored, e)
	case ctx.Err() != nil: // the worker stops, and the entry stays due
		return ctx.Err()
	case w.isFinal(e, err):
		w.logger().Error("outbox entry given up", "kind", e.Kind, "key", e.Key, "receiver", e.Receiver, "attempts", e.Attempts, "error", err)
		return w.Store.GiveUp(stored, e, reason(err))
	}
	w.logger().Warn("outbox entry postponed", "kind", e.Kind, "key", e.Key, "receiver", e.Receiver, "attempts", e.Attempts, "error", err)
	return w.Store.Postpone(stored, e, w.postponement(e, err))
}

// send calls the kind's Sender. It converts a panic to an error of this entry.
func (w *Worker) send(ctx context.Context, e schema.OutboxEntry) (err error) {
	defer func() {
		if p := recover(); p != nil {
			w.logger().Error("panic", "where", "outbox", "kind", e.Kind, "key", e.Key, "panic", p, "stack", string(debug.Stack()))
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return w.Senders[e.Kind].Send(ctx, e)
}

// isFinal reports whether delivery of an entry is not tried again.
func (w *Worker) isFinal(e schema.OutboxEntry, err error) bool {
	if later := new(Later); errors.As(err, &later) {
		return false
	}
	switch schema.CodeOf(err) {
	case schema.CodeInvalid, schema.CodeRefused, schema.CodeNotFound, schema.CodeConflict:
		return true
	}
	age := w.MaxAge
	if age == 0 {
		age = defaultMaxAge
	}
	return w.now().Sub(e.MadeAt) >= age
}

// postponement returns when a failed entry is tried again.
func (w *Worker) postponement(e schema.OutboxEntry, err error) schema.Postponement {
	now := w.now()
	p := schema.Postponement{Reason: reason(err)}
	if later := new(Later); errors.As(err, &later) {
		p.Entry, p.Receiver, p.Asked, p.Reached = e.Due, later.Until, true, later.Reached
		if least := now.Add(time.Second); p.Receiver.Before(least) {
			p.Receiver = least
		}
		return p
	}
	if w.InOrder[e.Kind] {
		p.Entry, p.Receiver = e.Due, now.Add(wait(e.Failures+1, w.random()))
		return p
	}
	p.Entry = now.Add(wait(e.Attempts, w.random()))
	switch schema.CodeOf(err) {
	case schema.CodeUnavailable, schema.CodeLimit, schema.CodeForbidden:
		p.Receiver = now.Add(wait(e.Failures+1, w.random()))
	}
	return p
}

func (w *Worker) random() float64 {
	if w.Random == nil {
		return rand.Float64()
	}
	return w.Random()
}

func reason(err error) string { return schema.Excerpt(schema.Sanitize(err.Error()), maxReason) }
