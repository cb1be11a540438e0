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
	Versions []schema.Tree `json:"versions"` // without their trees
}

func openImageUses(dir string) (*imageUses, error) {
	u := &imageUses{path: filepath.Join(dir, "uses.json"), by: map[string]imageUse{}}
	text, err := os.ReadFile(u.path)
	if errors.Is(err, fs.ErrNotExist) {
		return u, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &u.by)
	}
	if err != nil {
		return nil, fmt.Errorf("uses of autograders' images: %w", err)
	}
	return u, nil
}

// add records a use of an image. A tests version uses only its latest image, so that the images of a base image that was
// replaced become unused.
func (u *imageUses) add(image string, tests schema.Tree, now time.Time) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	tests.Tree = ""
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
	if err := os.WriteFile(u.path+".new", text, 0o600); err != nil {
		return fmt.Errorf("uses of autograders' images: %w", err)
	}
	if err := os.Rename(u.path+".new", u.path); err != nil {
		return fmt.Errorf("uses of autograders' images: %w", err)
	}
	return nil
}
