package classroom

import (
	"context"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// ImageStore is the part of the store that the actions on images use.
type ImageStore interface {
	// RecordImageRemoval writes the audit entry of a removed image.
	RecordImageRemoval(ctx context.Context, by schema.Actor, image string) error
}

// ImageHost holds the images that setup.sh of autograders made.
type ImageHost interface {
	// ListImages returns the images, by id, with the assignments whose active tests use them.
	ListImages(ctx context.Context) ([]schema.AutograderImage, error)
	// RemoveImage removes an image by the beginning of its id, and returns the id. CodeNotFound: no image has it.
	// CodeConflict: several have, or the image is in use.
	RemoveImage(ctx context.Context, id string) (removed string, err error)
}

// Images implements the actions on images of autograders. They belong to all courses, so they are the administrators'.
type Images struct {
	store ImageStore
	host  ImageHost // nil: the server has none
}

// List returns the images, by id.
func (i *Images) List(ctx context.Context, by schema.Actor) ([]schema.AutograderImage, error) {
	if err := course.MayAdminister(by.User); err != nil {
		return nil, err
	}
	if i.host == nil {
		return []schema.AutograderImage{}, nil
	}
	return i.host.ListImages(ctx)
}

// Remove removes an image by the beginning of its id, and returns the id. The image is made again when it is needed.
func (i *Images) Remove(ctx context.Context, by schema.Actor, id string) (string, error) {
	if err := course.MayActAsAdministrator(by); err != nil {
		return "", err
	}
	if i.host == nil {
		return "", schema.Errorf(schema.CodeNotFound, "no image has the id %q: no flavour of this server has images of autograders", id)
	}
	removed, err := i.host.RemoveImage(ctx, id)
	if err != nil {
		return "", err
	}
	return removed, i.store.RecordImageRemoval(context.WithoutCancel(ctx), by, removed)
}
