package docker

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
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

// recentAge is how long an image is kept after it was made or used, whatever the images' total size is.
const recentAge = time.Hour

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
		listed := schema.AutograderImage{ID: key, Image: is.ID, Size: addedBy(is), Made: time.Unix(is.Created, 0), Used: use.Used}
		for _, version := range active {
			if use.by(version.Tests) {
				listed.Versions = append(listed.Versions, version.Name)
			}
		}
		images = append(images, listed)
	}
	slices.SortFunc(images, func(x, y schema.AutograderImage) int { return cmp.Compare(x.ID, y.ID) })
	return images, nil
}

// addedBy returns the bytes that setup.sh added to the base image, or the size of the whole image if that is unknown.
func addedBy(is image.Summary) int64 {
	if added, err := strconv.ParseInt(is.Labels[labelImageAdded], 10, 64); err == nil && added >= 0 {
		return added
	}
	return is.Size
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
	a.saved(a.uses.remove(key))
	return nil
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
	a.cleaning.Lock()
	defer a.cleaning.Unlock()
	images, err := a.ListImages(ctx)
	if err != nil {
		return err
	}
	if images, err = a.adopt(ctx, images); err != nil {
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

// adopt counts images that are not in the list of uses as used now.
func (a *Autograders) adopt(ctx context.Context, images []schema.AutograderImage) ([]schema.AutograderImage, error) {
	keys := make([]string, 0, len(images))
	for _, is := range images {
		keys = append(keys, is.ID)
	}
	now := a.Clock()
	a.saved(a.uses.adopt(keys, now, now.Add(-recentAge)))
	return a.ListImages(ctx)
}

// removeReplaced removes images that were made again while containers of them existed. A new image has no name for a
// moment, so it removes only older ones.
func (a *Autograders) removeReplaced(ctx context.Context) error {
	replaced, err := a.daemon.api.ImageList(ctx, image.ListOptions{Filters: filters.NewArgs(filters.Arg("label", labelImageServer+"="+a.Server), filters.Arg("dangling", "true"))})
	if err != nil {
		return a.daemon.words(err, "")
	}
	for _, is := range replaced {
		if a.recent(time.Unix(is.Created, 0)) {
			continue
		}
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
		if len(is.Versions) == 0 && (old || tooMuch && !a.recent(lastUse(is))) {
			remove = append(remove, is)
			total -= is.Size
		}
	}
	if a.Total > 0 && total > a.Total {
		a.Logger.Warn("the images of autograders that are in use are larger than they should be together", "bytes", total, "limit", a.Total)
	}
	return remove
}

// recent reports whether a moment is less than recentAge ago.
func (a *Autograders) recent(moment time.Time) bool { return a.Clock().Sub(moment) < recentAge }

// full returns why no image may be made, after it has removed what it may. It returns "" if there is room.
func (a *Autograders) full(ctx context.Context) (string, error) {
	if a.Total <= 0 {
		return "", nil
	}
	if err := a.Clean(ctx); err != nil {
		a.Logger.Warn("unused images of autograders not removed", "error", err)
	}
	images, err := a.ListImages(ctx)
	if err != nil {
		return "", err
	}
	total := int64(0)
	for _, is := range images {
		total += is.Size
	}
	if total < a.Total {
		return "", nil
	}
	return fmt.Sprintf("the server's images of autograders need %d MiB, and may need %d MiB together; ask an administrator to remove some (grader admin images), or to raise autograders: total",
		total>>20, a.Total>>20), nil
}

// lastUse returns when an image was last used or made.
func lastUse(is schema.AutograderImage) time.Time {
	if is.Used.After(is.Made) {
		return is.Used
	}
	return is.Made
}
