package service

import (
	"context"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/schema"
)

func (o *workOperations) replay(ctx context.Context, name schema.SubmissionName) (classroom.Replayed, error) {
	return o.Replays.Replay(ctx, o.by, name)
}
