package classroom

import (
	"context"
	"time"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// OperationStore is what looking at operations asks of the store.
type OperationStore interface {
	// Enrolments returns a user's courses, by code.
	Enrolments(ctx context.Context, user int64) ([]schema.Enrolment, error)
	// Measurements returns what was measured since then, oldest first, of all flavours.
	Measurements(ctx context.Context, since time.Time) ([]schema.Measurement, error)
}

// Operations are what staff look at to see how the service does.
type Operations struct {
	store OperationStore
	clock func() time.Time
}

// The times over which measurements are shown.
const (
	OverHour = time.Hour
	OverDay  = 24 * time.Hour
	OverTerm = 120 * 24 * time.Hour
)

// ParseOver reads over which time measurements are wanted: hour, day or term; "" is day.
func ParseOver(s string) (time.Duration, error) {
	over, ok := map[string]time.Duration{"hour": OverHour, "day": OverDay, "": OverDay, "term": OverTerm}[s]
	if !ok {
		return 0, schema.Errorf(schema.CodeInvalid, "over %q: use hour, day or term", s)
	}
	return over, nil
}

// History returns what was measured over the last time, oldest first. Staff of any course may
// see it; it names nobody.
func (o *Operations) History(ctx context.Context, by schema.Actor, over time.Duration) ([]schema.Measurement, error) {
	if err := course.MayEnter(by.User); err != nil {
		return nil, err
	}
	enrolments, err := o.store.Enrolments(ctx, by.User.ID)
	if err != nil {
		return nil, err
	}
	if err := course.MaySeePools(by.User, enrolments); err != nil {
		return nil, err
	}
	return o.store.Measurements(ctx, o.clock().Add(-over))
}
