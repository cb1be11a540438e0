package service

import (
	"context"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/schema"
)

func (o *courseOperations) receipts(ctx context.Context, p classroom.ReceiptPage) ([]schema.StoredReceipt, error) {
	return o.Receipts.List(ctx, o.by, p)
}
