package service

import (
	"context"

	"github.com/grader/grader/schema"
)

// NoticeArgs names a notice destination of an account.
type NoticeArgs struct {
	Login string
	ID    int64
}

func (o *accountOperations) notices(ctx context.Context, a NoticeArgs) ([]schema.NoticeDestination, error) {
	return o.Notices.List(ctx, o.by, a.Login)
}

func (o *accountOperations) removeNotice(ctx context.Context, a NoticeArgs) (schema.NoticeDestination, error) {
	removed, err := o.Notices.Remove(ctx, o.by, a.Login, a.ID)
	removed.Secret, removed.Unsubscribe = "", ""
	return removed, err
}
