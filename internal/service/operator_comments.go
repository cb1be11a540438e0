package service

import (
	"context"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/classroom/tables"
	"github.com/grader/grader/schema"
)

// CommentArgs names a submission, and a comment on it.
type CommentArgs struct {
	Submission schema.SubmissionName
	ID         int64
}

func publicComments(c classroom.Commented, err error) ([]tables.Comment, error) {
	if err != nil {
		return nil, err
	}
	return tables.PublicComments(c.Seen.Submission.Name, c.Comments, c.Seen.Member.Course.Location()), nil
}

func (o *workOperations) comment(ctx context.Context, n classroom.NewComment) ([]tables.Comment, error) {
	return publicComments(o.Comments.Add(ctx, o.by, n))
}

func (o *workOperations) comments(ctx context.Context, a CommentArgs) ([]tables.Comment, error) {
	return publicComments(o.Comments.On(ctx, o.by, a.Submission))
}

func (o *workOperations) removeComment(ctx context.Context, a CommentArgs) (schema.Comment, error) {
	return o.Comments.Remove(ctx, o.by, a.Submission, a.ID)
}
