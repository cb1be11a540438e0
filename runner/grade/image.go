package grade

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"

	"github.com/grader/grader/schema"
)

// imageFile is the description of a runner image. On a machine without it, DetectImage examines the
// toolchain.
const imageFile = "/etc/grader/image.json"

// DetectImage reads the description of a runner image, /etc/grader/image.json with id, path and
// variables. Without one it examines this machine's toolchain, running no program. CodeInvalid: the
// description is malformed.
func DetectImage(ctx context.Context) (Image, error) {
	i, err := detectImage(ctx)
	if err == nil {
		i.archives = findArchives(i)
		if cache := findGoCache(i); cache != "" {
			i.Variables["GOCACHE"], i.goCache = cache, cache
		}
	}
	return i, err
}

func detectImage(ctx context.Context) (Image, error) {
	content, err := os.ReadFile(imageFile)
	if errors.Is(err, fs.ErrNotExist) {
		return machine{root: "/"}.image(ctx)
	}
	if err != nil {
		return Image{}, fmt.Errorf("read image description: %w", err)
	}
	return parseImage(content)
}

// parseImage decodes a description strictly.
func parseImage(content []byte) (Image, error) {
	var described struct {
		ID        string            `json:"id"`
		Path      string            `json:"path"`
		Variables map[string]string `json:"variables"`
	}
	d := json.NewDecoder(bytes.NewReader(content))
	d.DisallowUnknownFields()
	if err := d.Decode(&described); err != nil {
		return Image{}, schema.Wrapf(schema.CodeInvalid, err, "%s: %s", imageFile, err)
	}
	if described.ID == "" || described.Path == "" {
		return Image{}, schema.Errorf(schema.CodeInvalid, "%s: id and path must be set", imageFile)
	}
	return Image{ID: described.ID, Path: described.Path, Variables: described.Variables}, nil
}

// LookAtImage examines the toolchain below root, whether or not a description exists there.
func LookAtImage(ctx context.Context, root string) (Image, error) {
	return machine{root: root}.image(ctx)
}

// InImage reports whether this machine is a runner image with a description.
func InImage() bool {
	_, err := os.Stat(imageFile)
	return err == nil
}

// shown returns the directories of the machine's caches, which some steps read.
func (i Image) shown() []string {
	return slices.DeleteFunc([]string{string(i.archives), i.goCache}, func(dir string) bool { return dir == "" })
}
