package docker

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/grader/grader/schema"
)

const (
	// maxSourceEntries and maxSourceBytes bound what is read of source/ to compare it.
	maxSourceEntries = 50_000
	maxSourceBytes   = 512 << 20
	// maxChanges bounds the changed files that are reported.
	maxChanges = 100
	// keptSources is the number of images whose source/ is remembered.
	keptSources = 8
)

// errSourceTooLarge reports that source/ exceeds its bounds.
var errSourceTooLarge = errors.New("source/ holds too much to compare")

// sourceFiles describes the files below source/, by path below it: "sha256:" and a hash in hex for a regular file, and
// something else for other files. Directories are left out.
type sourceFiles map[string]string

const regularFile = "sha256:"

// sources remembers source/ of some images, by the daemon's id, so that it is not read for each grading. It is nil for an
// image whose source/ is too large.
type sources struct {
	mu sync.Mutex
	by map[string]sourceFiles
}

func (s *sources) get(image string) (files sourceFiles, known bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	files, known = s.by[image]
	return files, known
}

// put remembers source/ of an image. Any other image is forgotten if there are too many.
func (s *sources) put(image string, files sourceFiles) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.by == nil {
		s.by = make(map[string]sourceFiles)
	}
	for other := range s.by {
		if len(s.by) < keptSources {
			break
		}
		delete(s.by, other)
	}
	s.by[image] = files
}

// sourceBefore returns source/ of an image, from a container of it that has not started. It returns nil if it cannot be
// compared.
func (a *Autograders) sourceBefore(ctx context.Context, image, container string) sourceFiles {
	if files, known := a.sources.get(image); known {
		return files
	}
	files, err := a.readSource(ctx, container)
	if err != nil {
		a.Logger.Warn("source/ of an autograder's image cannot be compared", "image", image, "error", err)
	}
	if err == nil || errors.Is(err, errSourceTooLarge) { // other errors are the daemon's, and may pass
		a.sources.put(image, files)
	}
	return files
}

// readChanges reports the files of source/ that differ from the image's, and whether these are all.
func (a *Autograders) readChanges(ctx context.Context, container string, before sourceFiles, run *schema.AutograderRun) error {
	if before == nil {
		run.ChangesUnknown = true
		return nil
	}
	after, err := a.readSource(ctx, container)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil && !unreachable(err) {
		a.Logger.Warn("an autograder's changed files are not known", "error", err)
		run.ChangesUnknown = true
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(before)) {
		if after[name] == before[name] {
			continue
		}
		if len(run.Changed) == maxChanges {
			run.ChangesUnknown = true
			return nil
		}
		sum, regular := strings.CutPrefix(after[name], regularFile)
		if !regular {
			sum = ""
		}
		run.Changed = append(run.Changed, schema.AutograderChange{Path: name, Content: sum})
	}
	return nil
}

// readSource reads source/ of a container that does not run, as one stream and within bounds.
func (a *Autograders) readSource(ctx context.Context, container string) (sourceFiles, error) {
	answer, _, err := a.daemon.api.CopyFromContainer(ctx, container, "/"+strings.TrimSuffix(sourceDir, "/"))
	if err != nil {
		return nil, fmt.Errorf("read source/: %w", err)
	}
	defer answer.Close()
	return describeSource(answer)
}

// describeSource reads a tar file of source/. A daemon leaves out files whose paths are too long for it; such a file
// cannot come from the image.
func describeSource(stream io.Reader) (sourceFiles, error) {
	files, from, left := sourceFiles{}, tar.NewReader(stream), int64(maxSourceBytes)
	for n := 0; ; n++ {
		h, err := from.Next()
		if errors.Is(err, io.EOF) {
			return files, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read source/: %w", err)
		}
		if left -= h.Size; n >= maxSourceEntries || left < 0 {
			return nil, errSourceTooLarge
		}
		_, name, _ := strings.Cut(h.Name, "/")
		switch h.Typeflag {
		case tar.TypeDir:
		case tar.TypeReg:
			sum := sha256.New()
			if _, err := io.Copy(sum, from); err != nil {
				return nil, fmt.Errorf("read source/: %w", err)
			}
			files[name] = regularFile + hex.EncodeToString(sum.Sum(nil))
		case tar.TypeLink: // another name of a file that was read
			_, first, _ := strings.Cut(h.Linkname, "/")
			files[name] = files[first]
		default:
			files[name] = fmt.Sprintf("type %c: %s", h.Typeflag, h.Linkname)
		}
	}
}
