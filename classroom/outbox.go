package classroom

import (
	"context"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// OutboxStore is the part of the store that the actions on the outbox use.
type OutboxStore interface {
	// Outbox returns at most limit undelivered entries, given-up ones first.
	Outbox(ctx context.Context, limit int) ([]schema.OutboxEntry, error)
	// RetryOutbox makes the entries of a kind due now, "" for all. It returns how many of them had
	// been given up before.
	RetryOutbox(ctx context.Context, by schema.Actor, kind string) (int64, error)
}

// Outbox implements the actions on messages that other systems have not received yet.
type Outbox struct{ store OutboxStore }

// List lists at most limit undelivered entries without their bodies, given-up ones first.
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

// Retry makes the entries of a kind due now, "" for all. It returns how many of them had been given
// up before.
func (o *Outbox) Retry(ctx context.Context, by schema.Actor, kind string) (int64, error) {
	if err := course.MayAdminister(by.User); err != nil {
		return 0, err
	}
	return o.store.RetryOutbox(ctx, by, kind)
}
