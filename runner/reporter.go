package runner

import (
	"bytes"
	"context"
	"encoding/json"
	"sync"
	"time"

	"github.com/grader/grader/schema"
)

const (
	// maxLines and maxText bound the live lines of a job, maxBatch and maxBytes the
	// events of one message. All are below the server's limits.
	maxLines = 5000
	maxText  = 256 << 10
	maxLine  = 2 << 10
	maxBatch = 500
	maxBytes = 2 << 20
)

// reporter streams a job's events. Events that arrive during a request form the next batch. So the
// first event is sent at once, and many events need few messages.
type reporter struct {
	client *client
	order  schema.Order
	clock  func() time.Time
	stop   context.CancelCauseFunc // ends the job when its events are refused
	cancel context.CancelFunc      // ends the sender

	mu     sync.Mutex
	queue  [][]byte // encoded, in order
	lines  int
	text   int
	closed bool
	bell   chan struct{}
	done   chan struct{}
	err    error // set before done is closed
}

// newReporter starts a reporter. flush or abandon stops it; the end of ctx does not, because the
// last events are sent after that.
func newReporter(ctx context.Context, c *client, o schema.Order, clock func() time.Time, stop context.CancelCauseFunc) *reporter {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	r := &reporter{client: c, order: o, clock: clock, stop: stop, cancel: cancel, bell: make(chan struct{}, 1), done: make(chan struct{})}
	go r.send(ctx)
	return r
}

// started reports that the runner begins.
func (r *reporter) started(flavour, wall string) {
	r.add(schema.Event{Kind: schema.EventStarted, Text: flavour + " runner, wall " + wall})
}

// add reports one event; it never blocks. Lines above the limits are dropped, and a line says
// so.
func (r *reporter) add(e schema.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed || e.Kind == schema.EventLine && !r.admit(&e) {
		return
	}
	e.Attempt, e.At = r.order.Attempt, r.clock()
	encoded, err := json.Marshal(e)
	if err != nil {
		return // every event can be encoded as JSON
	}
	r.queue = append(r.queue, append(encoded, '\n'))
	select {
	case r.bell <- struct{}{}:
	default: // already signalled
	}
}

// admit counts a line towards the limits.
func (r *reporter) admit(e *schema.Event) bool {
	if r.lines > maxLines || r.text > maxText {
		return false
	}
	if len(e.Text) > maxLine {
		e.Text = schema.SanitizeColored(e.Text[:maxLine]) // the cut may be inside a character
	}
	r.lines++
	r.text += len(e.Text) + 1
	if r.lines > maxLines || r.text > maxText {
		e.Text = "… more output is not shown here"
	}
	return true
}

// send sends batches until the reporter is closed and its queue is empty, or the server refuses
// one.
func (r *reporter) send(ctx context.Context) {
	defer close(r.done)
	sent := 0
	for {
		batch, n, more := r.next()
		if n == 0 && !more {
			return
		}
		if n == 0 {
			select {
			case <-r.bell:
			case <-ctx.Done():
				r.err = context.Cause(ctx)
				return
			}
			continue
		}
		if err := r.client.events(ctx, r.order, sent, batch); err != nil {
			r.err = err
			r.stop(err)
			return
		}
		sent += n
	}
}

// next returns the collected events, up to one message's size; more is false once no more
// events will come.
func (r *reporter) next() (batch []byte, n int, more bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	size := 0
	for n < len(r.queue) && n < maxBatch && (n == 0 || size+len(r.queue[n]) <= maxBytes) {
		size += len(r.queue[n])
		n++
	}
	batch = bytes.Join(r.queue[:n], nil)
	r.queue = r.queue[n:]
	return batch, n, !r.closed
}

// close says that no more events will be added.
func (r *reporter) close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = true
	select {
	case r.bell <- struct{}{}:
	default: // already signalled
	}
}

// flush sends the remaining events and returns the sender's error. It continues for a limited time
// after ctx has ended.
func (r *reporter) flush(ctx context.Context) error {
	r.close()
	last, cancel := withGrace(ctx, lastWrites)
	defer cancel()
	defer context.AfterFunc(last, r.cancel)()
	<-r.done
	r.cancel()
	return r.err
}

// abandon drops the remaining events and waits until the sender has ended.
func (r *reporter) abandon() {
	r.close()
	r.cancel()
	<-r.done
}
