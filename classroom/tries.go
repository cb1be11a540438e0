package classroom

import (
	"context"
	"fmt"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// maxTries is the maximum number of listed tries of an owner.
const maxTries = 1000

// TryQuery selects the tries of an owner.
type TryQuery struct {
	Course     string
	Assignment string
	Owner      string // "": the actor's own, or their team's
}

// Tries lists the latest tries of an owner, newest first, with the part of the results that
// the actor may see. Staff may list anybody's tries, others only their own.
func (w *Work) Tries(ctx context.Context, by schema.Actor, q TryQuery) ([]schema.PublicTry, error) {
	m, a, err := w.named(ctx, by, q.Course+"/"+q.Assignment)
	if err != nil {
		return nil, err
	}
	if q.Owner == "" {
		if q.Owner, err = w.OwnerOf(ctx, m, a.ID); err != nil {
			return nil, err
		}
	}
	if err := schema.OwnerName("owner", q.Owner); err != nil {
		return nil, err
	}
	access, err := w.Access(ctx, m.Viewer(), a.ID, q.Owner)
	if err != nil {
		return nil, err
	}
	if err := course.MaySee(access, schema.SubmissionName{Course: q.Course, Assignment: q.Assignment, Owner: q.Owner}); err != nil {
		return nil, err
	}
	all, err := w.store.Tries(ctx, a.ID, q.Owner, maxTries)
	if err != nil {
		return nil, fmt.Errorf("list tries: %w", err)
	}
	tries := make([]schema.PublicTry, 0, len(all))
	for _, y := range all {
		tries = append(tries, course.ReportTry(y, access, m.Course.Location()))
	}
	return tries, nil
}
