package service

import (
	"context"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/schema"
)

func (o *Operator) replay(ctx context.Context, name schema.SubmissionName) (classroom.Replayed, error) {
	return o.Replays.Replay(ctx, o.by, name)
}
