package service

import (
	"context"

	"github.com/grader/grader/schema"
)

// CopyArgs names the file for a copy of the database.
type CopyArgs struct{ File string }

func (o *machineOperations) copyDatabase(ctx context.Context, a CopyArgs) (None, error) {
	return None{}, o.store.Backup(ctx, a.File)
}

func (o *machineOperations) marks(ctx context.Context, _ None) (schema.RecordMarks, error) {
	return o.store.Marks(ctx)
}

func (o *machineOperations) recordedSince(ctx context.Context, m schema.RecordMarks) ([]schema.RecordedPush, error) {
	return o.store.RecordedSince(ctx, m)
}
