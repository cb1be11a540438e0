package classroom

import (
	"context"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// OutboxStore is what actions on the outbox ask of the store.
type OutboxStore interface {
	// Outbox returns the entries that were not delivered, those that were given up first; at
	// most limit.
	Outbox(ctx context.Context, limit int) ([]schema.OutboxEntry, error)
	// RetryOutbox makes the entries of a kind due now, "" for all, and returns how many had
	// been given up.
	RetryOutbox(ctx context.Context, by schema.Actor, kind string) (int64, error)
}

// Outbox are the actions on messages that other systems have not received yet.
type Outbox struct{ store OutboxStore }

// List lists the entries that were not delivered, those that were given up first, without their
// bodies; at most limit.
func (o *Outbox) List(ctx context.Context, by schema.Actor, limit int) ([]schema.OutboxEntry, error) {
	if err := course.MayAdminister(by.User); err != nil {
		return nil, err
	}
	all, err := o.store.Outbox(ctx, limit)
	for i := range all {
		all[i].Body, all[i].Token = nil, ""
	}
	return all, err
}

// Retry has the entries of a kind tried again now, "" for all; it returns how many had been given
// up.
func (o *Outbox) Retry(ctx context.Context, by schema.Actor, kind string) (int64, error) {
	if err := course.MayAdminister(by.User); err != nil {
		return 0, err
	}
	return o.store.RetryOutbox(ctx, by, kind)
}
