package classroom

import (
	"context"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// QueueStore is what actions on the queue ask of the store.
type QueueStore interface {
	// MoveQueue moves what waits for a flavour to another and returns how many jobs
	// those were, in one transaction with its audit entry.
	MoveQueue(ctx context.Context, by schema.Actor, from, to string) (int, error)
}

// Queue are the actions on the queue of jobs.
type Queue struct {
	store    QueueStore
	live     Live
	flavours map[string]schema.Flavour // of the running server; nil: not known
}

// Move lets everything that waits for one flavour wait for another, and returns how
// many jobs those were.
func (q *Queue) Move(ctx context.Context, by schema.Actor, from, to string) (int, error) {
	if err := course.MayAdminister(by.User); err != nil {
		return 0, err
	}
	if err := knownFlavour(q.flavours, to); err != nil {
		return 0, err
	}
	moved, err := q.store.MoveQueue(ctx, by, from, to)
	if err == nil {
		q.live.Wake()
	}
	return moved, err
}
