package service

import (
	"context"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// images lists the images that setup.sh of autograders made.
func (o *machineOperations) images(ctx context.Context, _ None) ([]schema.AutograderImage, error) {
	if err := o.mayManageImages(); err != nil {
		return nil, err
	}
	if o.live.images == nil {
		return []schema.AutograderImage{}, nil
	}
	return o.live.images(ctx)
}

// ImageArgs names an image by the beginning of its id.
type ImageArgs struct{ ID string }

// removeImage removes an image and returns its id.
func (o *machineOperations) removeImage(ctx context.Context, a ImageArgs) (string, error) {
	if err := o.mayManageImages(); err != nil {
		return "", err
	}
	if o.live.removeImage == nil {
		return "", schema.Errorf(schema.CodeNotFound, "no image has the id %q: no flavour of this server has images of autograders", a.ID)
	}
	return o.live.removeImage(ctx, a.ID)
}

// mayManageImages returns an error for everybody but administrators, because images belong to all courses.
func (o *machineOperations) mayManageImages() error {
	if o.live == nil {
		return errNotServing()
	}
	return course.MayAdminister(o.by.User)
}
