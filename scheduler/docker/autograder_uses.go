package docker

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/grader/grader/scheduler"
	"github.com/grader/grader/schema"
)

// maxVersions bounds the users that are remembered of an image: the latest.
const maxVersions = 200

// usedPrecision is how exact the time of an image's last use is.
const usedPrecision = time.Minute

// imageUses remembers which tests versions use an image, in a file that survives the process. If the file is lost,
// every image counts as used at that time, see adopt.
type imageUses struct {
	path string

	mu sync.Mutex
	by map[string]imageUse // by the image's id
}

// imageUse is what is remembered of one image.
type imageUse struct {
	Used     time.Time   `json:"used"`
	Versions []imageUser `json:"versions"`
}

// imageUser is an autograder of a tests version with a flavour. It uses one image at a time.
type imageUser struct {
	schema.Tree        // without its tree
	Dir         string `json:"dir"`
	Flavour     string `json:"flavour"`
}

// userOf returns the user that a job runs for.
func userOf(job scheduler.AutograderJob) imageUser {
	return imageUser{Tree: withoutTree(job.Tests), Dir: job.Dir, Flavour: job.Flavour.Name}
}

// by reports whether a tests version uses the image.
func (u imageUse) by(tests schema.Tree) bool {
	return slices.ContainsFunc(u.Versions, func(user imageUser) bool { return user.Tree == withoutTree(tests) })
}

// withoutTree returns a tests version without its tree, which its commit determines.
func withoutTree(tests schema.Tree) schema.Tree {
	tests.Tree = ""
	return tests
}

// openImageUses reads the list. lost: there is a file that cannot be understood.
func openImageUses(dir string) (uses *imageUses, lost bool, err error) {
	u := &imageUses{path: filepath.Join(dir, "uses.json"), by: map[string]imageUse{}}
	text, err := os.ReadFile(u.path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, false, fmt.Errorf("uses of autograders' images: %w", err)
	}
	if json.Unmarshal(text, &u.by) != nil || u.by == nil {
		u.by, lost = map[string]imageUse{}, err == nil
	}
	return u, lost, nil
}

// add records a use of an image. A user uses only its latest image, so that the images of a base image that was
// replaced become unused.
func (u *imageUses) add(image string, user imageUser, now time.Time) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if is := u.by[image]; now.Sub(is.Used) < usedPrecision && slices.Contains(is.Versions, user) {
		return nil
	}
	for other, use := range u.by {
		use.Versions = slices.DeleteFunc(use.Versions, func(v imageUser) bool { return v == user })
		u.by[other] = use
	}
	is := u.by[image]
	is.Used, is.Versions = now, append(is.Versions, user)
	is.Versions = is.Versions[max(0, len(is.Versions)-maxVersions):]
	u.by[image] = is
	return u.save()
}

// adopt counts images that are not in the list as used now. Their users are unknown until their next use. It forgets
// images that do not exist, except those that were used since recent, which may have been made a moment ago.
func (u *imageUses) adopt(images []string, now, recent time.Time) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	changed := false
	for _, image := range images {
		if _, known := u.by[image]; !known {
			u.by[image], changed = imageUse{Used: now}, true
		}
	}
	for image, use := range u.by {
		if !slices.Contains(images, image) && use.Used.Before(recent) {
			delete(u.by, image)
			changed = true
		}
	}
	if !changed {
		return nil
	}
	return u.save()
}

// get returns what is remembered of an image.
func (u *imageUses) get(image string) imageUse {
	u.mu.Lock()
	defer u.mu.Unlock()
	is := u.by[image]
	is.Versions = slices.Clone(is.Versions)
	return is
}

// remove forgets an image.
func (u *imageUses) remove(image string) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	delete(u.by, image)
	return u.save()
}

// save replaces the file. mu is held.
func (u *imageUses) save() error {
	text, err := json.Marshal(u.by)
	if err != nil {
		return fmt.Errorf("uses of autograders' images: %w", err)
	}
	f, err := os.OpenFile(u.path+".new", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("uses of autograders' images: %w", err)
	}
	_, err = f.Write(text)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(u.path+".new", u.path)
	}
	if err != nil {
		return fmt.Errorf("uses of autograders' images: %w", err)
	}
	return nil
}
