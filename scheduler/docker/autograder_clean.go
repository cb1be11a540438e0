package docker

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/image"

	"github.com/grader/grader/schema"
)

// unusedAge is how long an image is kept after its last use if no active tests version uses it. A gate uses an image
// before its version is active.
const unusedAge = 24 * time.Hour

// ActiveTests is a tests version that is active.
type ActiveTests struct {
	Name  string // COURSE/ASSIGNMENT
	Tests schema.Tree
}

// Images lists the images, with the active tests versions that use them, by id.
func (a *Autograders) Images(ctx context.Context, active []ActiveTests) ([]schema.AutograderImage, error) {
	if err := a.open(); err != nil {
		return nil, err
	}
	found, err := a.daemon.api.ImageList(ctx, image.ListOptions{Filters: filters.NewArgs(filters.Arg("label", labelImageServer+"="+a.Server))})
	if err != nil {
		return nil, a.daemon.words(err, "")
	}
	images := make([]schema.AutograderImage, 0, len(found))
	for _, is := range found {
		key := is.Labels[labelImage]
		if !slices.Contains(is.RepoTags, imageName+":"+key) {
			continue // an image that somebody made from one of ours
		}
		use := a.uses.get(key)
		listed := schema.AutograderImage{ID: key, Image: is.ID, Size: is.Size, Made: time.Unix(is.Created, 0), Used: use.Used}
		for _, version := range active {
			tests := version.Tests
			if tests.Tree = ""; slices.Contains(use.Versions, tests) {
				listed.Versions = append(listed.Versions, version.Name)
			}
		}
		images = append(images, listed)
	}
	slices.SortFunc(images, func(x, y schema.AutograderImage) int { return cmp.Compare(x.ID, y.ID) })
	return images, nil
}

// RemoveImage removes an image by the beginning of its id. It is made again when it is needed again. CodeNotFound: no
// image has this id. CodeConflict: several have, or it is in use now.
func (a *Autograders) RemoveImage(ctx context.Context, id string) (removed string, err error) {
	images, err := a.Images(ctx, nil)
	if err != nil {
		return "", err
	}
	images = slices.DeleteFunc(images, func(is schema.AutograderImage) bool { return id == "" || !strings.HasPrefix(is.ID, id) })
	switch len(images) {
	case 0:
		return "", schema.Errorf(schema.CodeNotFound, "no image has the id %q; grader admin images lists them", id)
	case 1:
		return images[0].ID, a.remove(ctx, images[0].ID)
	}
	return "", schema.Errorf(schema.CodeConflict, "%d images have an id that begins with %s; write more of it", len(images), id)
}

// remove removes an image. The daemon refuses that while a container of it exists.
func (a *Autograders) remove(ctx context.Context, key string) error {
	_, err := a.daemon.api.ImageRemove(ctx, imageName+":"+key, image.RemoveOptions{PruneChildren: true})
	switch {
	case errdefs.IsConflict(err):
		return schema.Wrapf(schema.CodeConflict, err, "the image is in use; try again when its jobs have ended")
	case err != nil && !errdefs.IsNotFound(err):
		return a.daemon.words(err, "")
	}
	return a.uses.remove(key)
}

// Clean removes the images that no active tests version uses and that were not used for a day. The first call also
// removes the containers that an earlier server of this data directory left.
func (a *Autograders) Clean(ctx context.Context, active []ActiveTests) error {
	if err := a.open(); err != nil {
		return err
	}
	if err := a.sweep(ctx); err != nil {
		return err
	}
	images, err := a.Images(ctx, active)
	if err != nil {
		return err
	}
	var failed error
	for _, is := range images {
		last := is.Made
		if is.Used.After(last) {
			last = is.Used
		}
		if len(is.Versions) > 0 || a.Clock().Sub(last) < unusedAge {
			continue
		}
		err := a.remove(ctx, is.ID)
		if schema.CodeOf(err) == schema.CodeConflict {
			continue
		}
		a.Logger.Info("removed an autograder's image that no active tests use", "image", is.ID, "error", err)
		failed = errors.Join(failed, err)
	}
	return failed
}
