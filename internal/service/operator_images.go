package service

import (
	"context"

	"github.com/grader/grader/schema"
)

// images lists the images that setup.sh of autograders made.
func (o *machineOperations) images(ctx context.Context, _ None) ([]schema.AutograderImage, error) {
	if o.live == nil {
		return nil, errNotServing()
	}
	return o.Images.List(ctx, o.by)
}

// ImageArgs names an image by the beginning of its id.
type ImageArgs struct{ ID string }

// removeImage removes an image and returns its id.
func (o *machineOperations) removeImage(ctx context.Context, a ImageArgs) (string, error) {
	if o.live == nil {
		return "", errNotServing()
	}
	return o.Images.Remove(ctx, o.by, a.ID)
}
