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

	"github.com/grader/grader/schema"
)

// maxVersions bounds the tests versions that are remembered of an image: the latest.
const maxVersions = 200

// usedPrecision is how exact the time of an image's last use is.
const usedPrecision = time.Minute

// imageUses remembers which tests versions use an image, in a file that survives the process. If the file is lost,
// images count as unused until their next use, and an unused image that is needed again is made again.
type imageUses struct {
	path string

	mu sync.Mutex
	by map[string]imageUse // by the image's id
}

// imageUse is what is remembered of one image.
type imageUse struct {
	Used     time.Time     `json:"used"`
	Added    int64         `json:"added,omitempty"` // bytes that setup.sh added to the base image; 0: unknown
	Versions []schema.Tree `json:"versions"`        // without their trees
}

func openImageUses(dir string) (*imageUses, error) {
	u := &imageUses{path: filepath.Join(dir, "uses.json"), by: map[string]imageUse{}}
	text, err := os.ReadFile(u.path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("uses of autograders' images: %w", err)
	}
	if json.Unmarshal(text, &u.by) != nil || u.by == nil { // lost
		u.by = map[string]imageUse{}
	}
	return u, nil
}

// add records a use of an image. A tests version uses only its latest image, so that the images of a base image that was
// replaced become unused.
func (u *imageUses) add(image string, tests schema.Tree, now time.Time) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	tests.Tree = ""
	if is := u.by[image]; now.Sub(is.Used) < usedPrecision && slices.Contains(is.Versions, tests) {
		return nil
	}
	for other, use := range u.by {
		use.Versions = slices.DeleteFunc(use.Versions, func(v schema.Tree) bool { return v == tests })
		u.by[other] = use
	}
	is := u.by[image]
	is.Used, is.Versions = now, append(is.Versions, tests)
	is.Versions = is.Versions[max(0, len(is.Versions)-maxVersions):]
	u.by[image] = is
	return u.save()
}

// setAdded records the size of a new image.
func (u *imageUses) setAdded(image string, bytes int64) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	is := u.by[image]
	is.Added = bytes
	u.by[image] = is
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
