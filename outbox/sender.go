package outbox

import (
	"context"
	"fmt"
	"time"

	"github.com/grader/grader/schema"
)

// Sender delivers the entries of one kind.
type Sender interface {
	// Send makes one attempt. ctx ends after three minutes. If e.Attempts is more than
	// 1, an earlier attempt may have reached the receiver; e.Token is the same then.
	//
	// The error decides what happens next. *Dropped: nothing is left to deliver; the entry is
	// removed, and the reason is logged. *Later: the receiver asked for a pause; all its
	// entries wait, and this attempt does not count as a failure. CodeUnavailable, CodeLimit
	// and CodeForbidden: the receiver does not answer or does not accept us; all its entries
	// wait, longer after each failure. CodeInvalid, CodeRefused, CodeNotFound and CodeConflict:
	// this entry is given up. Any other error: only this entry waits.
	Send(ctx context.Context, e schema.OutboxEntry) error
}

// SenderFunc is a function that implements Sender.
type SenderFunc func(ctx context.Context, e schema.OutboxEntry) error

// Send implements Sender.
func (f SenderFunc) Send(ctx context.Context, e schema.OutboxEntry) error { return f(ctx, e) }

// Dropped is the error of a Sender that has nothing to deliver any more, because the receiver does not
// want the entry, or its cause was undone.
type Dropped struct{ Reason string }

// Error implements error.
func (d *Dropped) Error() string { return d.Reason }

// Later is the error of a Sender whose receiver asks for a pause until a time.
type Later struct {
	Until  time.Time
	Reason string
	// Reached says that a part of the attempt has reached the receiver. The next attempt then has
	// e.Attempts above 1.
	Reached bool
}

// Error implements error.
func (l *Later) Error() string {
	return fmt.Sprintf("%s; it asks to wait until %s", l.Reason, l.Until.UTC().Format(time.RFC3339))
}
