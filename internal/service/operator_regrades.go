package service

import (
	"context"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/schema"
)

// RegradeArgs names a regrade set.
type RegradeArgs struct{ ID int64 }

func (o *workOperations) createRegrade(ctx context.Context, n classroom.NewRegrade) (schema.Regrade, error) {
	return o.Regrades.Create(ctx, o.by, n)
}

func (o *workOperations) showRegrade(ctx context.Context, a RegradeArgs) (classroom.RegradeReport, error) {
	return o.Regrades.Show(ctx, o.by, a.ID)
}

func (o *workOperations) applyRegrade(ctx context.Context, a RegradeArgs) (classroom.RegradeReport, error) {
	return o.Regrades.Apply(ctx, o.by, a.ID)
}

func (o *workOperations) discardRegrade(ctx context.Context, a RegradeArgs) (classroom.RegradeReport, error) {
	return o.Regrades.Discard(ctx, o.by, a.ID)
}

func (o *workOperations) undoRegrade(ctx context.Context, a RegradeArgs) (classroom.RegradeReport, error) {
	return o.Regrades.Undo(ctx, o.by, a.ID)
}
