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

// ListImages lists the images, with the active tests versions that use them, by id.
func (a *Autograders) ListImages(ctx context.Context) ([]schema.AutograderImage, error) {
	if err := a.open(); err != nil {
		return nil, err
	}
	var active []ActiveTests
	if a.Active != nil {
		var err error
		if active, err = a.Active(ctx); err != nil {
			return nil, err
		}
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
		listed := schema.AutograderImage{ID: key, Image: is.ID, Size: cmp.Or(use.Added, is.Size), Made: time.Unix(is.Created, 0), Used: use.Used}
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
	images, err := a.ListImages(ctx)
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

// Clean removes the images that no active tests version uses and that were not used for a day, or that exceed Total.
// The first call also removes the containers that an earlier server of this data directory left.
func (a *Autograders) Clean(ctx context.Context) error {
	if err := a.open(); err != nil {
		return err
	}
	if err := a.sweep(ctx); err != nil {
		return err
	}
	images, err := a.ListImages(ctx)
	if err != nil {
		return err
	}
	failed := a.removeReplaced(ctx)
	for _, is := range a.surplus(images) {
		err := a.remove(ctx, is.ID)
		if schema.CodeOf(err) == schema.CodeConflict {
			continue
		}
		a.Logger.Info("removed an autograder's image that no active tests use", "image", is.ID, "error", err)
		failed = errors.Join(failed, err)
	}
	return failed
}

// removeReplaced removes images that were made again while containers of them existed.
func (a *Autograders) removeReplaced(ctx context.Context) error {
	replaced, err := a.daemon.api.ImageList(ctx, image.ListOptions{Filters: filters.NewArgs(filters.Arg("label", labelImageServer+"="+a.Server), filters.Arg("dangling", "true"))})
	if err != nil {
		return a.daemon.words(err, "")
	}
	for _, is := range replaced {
		if _, err := a.daemon.api.ImageRemove(ctx, is.ID, image.RemoveOptions{}); err != nil && !errdefs.IsConflict(err) && !errdefs.IsNotFound(err) {
			return a.daemon.words(err, "")
		}
	}
	return nil
}

// surplus returns the images to remove.
func (a *Autograders) surplus(images []schema.AutograderImage) (remove []schema.AutograderImage) {
	total := int64(0)
	for _, is := range images {
		total += is.Size
	}
	slices.SortFunc(images, func(x, y schema.AutograderImage) int { return lastUse(x).Compare(lastUse(y)) })
	for _, is := range images {
		old, tooMuch := a.Clock().Sub(lastUse(is)) >= unusedAge, a.Total > 0 && total > a.Total
		if len(is.Versions) == 0 && (old || tooMuch) {
			remove = append(remove, is)
			total -= is.Size
		}
	}
	if a.Total > 0 && total > a.Total {
		a.Logger.Warn("the images of autograders that active tests use are larger than they should be together", "bytes", total, "limit", a.Total)
	}
	return remove
}

// lastUse returns when an image was last used or made.
func lastUse(is schema.AutograderImage) time.Time {
	if is.Used.After(is.Made) {
		return is.Used
	}
	return is.Made
}
