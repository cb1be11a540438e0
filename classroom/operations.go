package classroom

import (
	"context"
	"time"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// OperationStore is the part of the store that Operations uses.
type OperationStore interface {
	// Enrolments returns a user's courses, by code.
	Enrolments(ctx context.Context, user int64) ([]schema.Enrolment, error)
	// Measurements returns the measurements of all flavours since the given time, oldest first.
	Measurements(ctx context.Context, since time.Time) ([]schema.Measurement, error)
}

// Operations implements the overview of the service for staff.
type Operations struct {
	store OperationStore
	clock func() time.Time
}

// The periods for which measurements are shown.
const (
	OverHour = time.Hour
	OverDay  = 24 * time.Hour
	OverTerm = 120 * 24 * time.Hour
)

// ParseOver parses the name of a period: hour, day or term; "" means day.
func ParseOver(s string) (time.Duration, error) {
	over, ok := map[string]time.Duration{"hour": OverHour, "day": OverDay, "": OverDay, "term": OverTerm}[s]
	if !ok {
		return 0, schema.Errorf(schema.CodeInvalid, "over %q: use hour, day or term", s)
	}
	return over, nil
}

// History returns the measurements of the last period, oldest first. Staff of any course may
// see them, because they name nobody.
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
