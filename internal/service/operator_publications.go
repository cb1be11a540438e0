package service

import (
	"context"

	"github.com/grader/grader/classroom"
)

// PublishArgs names an assignment and a section, "" for everybody.
type PublishArgs struct{ Course, Assignment, Section string }

func (o *courseOperations) publish(ctx context.Context, a PublishArgs) (classroom.Publication, error) {
	return o.Publications.Publish(ctx, o.by, a.Course, a.Assignment, a.Section)
}

func (o *courseOperations) unpublish(ctx context.Context, a PublishArgs) (classroom.Publication, error) {
	return o.Publications.Unpublish(ctx, o.by, a.Course, a.Assignment, a.Section)
}
