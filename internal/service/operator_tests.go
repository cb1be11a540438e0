package service

import (
	"context"

	"github.com/grader/grader/schema"
)

// TestsArgs names a version of an assignment's tests. Number 0 means the version before the
// active one.
type TestsArgs struct {
	Course, Assignment string
	Number             int
}

func (o *courseOperations) tests(ctx context.Context, a TestsArgs) ([]schema.TestsVersion, error) {
	return o.Tests.List(ctx, o.by, a.Course, a.Assignment)
}

func (o *courseOperations) activateTests(ctx context.Context, a TestsArgs) (schema.ActivatedTests, error) {
	return o.Tests.Activate(ctx, o.by, a.Course, a.Assignment, a.Number)
}
