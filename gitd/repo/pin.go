package repo

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/grader/grader/schema"
)

// pinPrefix is the prefix of the refs that keep every graded commit, whatever its owner pushes
// later.
const pinPrefix = "refs/submissions/"

var pinPattern = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,63}$`)

// Pin durably points refs/submissions/<name> at the commit, and returns the commit's tree. After it
// the pin, its pack and main survive a loss of power. The caller holds the repository's lock. Pin
// is idempotent. CodeConflict: the pin is at another commit.
func (s *Store) Pin(id int64, name, commit string) (tree string, err error) {
	if !pinPattern.MatchString(name) {
		return "", schema.Errorf(schema.CodeInvalid, "%q is not the name of a pin", schema.Sanitize(name))
	}
	if tree, err = s.TreeOf(id, commit); err != nil {
		return "", fmt.Errorf("pin %s in repository %d: %w", name, id, err)
	}
	if err := placePin(s.directory(id), pinPrefix+name, commit); err != nil {
		return "", fmt.Errorf("pin %s in repository %d: %w", name, id, err)
	}
	return tree, nil
}

// Keep pins a commit that the repository has, and returns its tree. It takes the repository's lock.
func (s *Store) Keep(ctx context.Context, id int64, name, commit string) (string, error) {
	lock, err := s.Lock(ctx, id)
	if err != nil {
		return "", err
	}
	defer func() { _ = lock.Unlock() }() // the file is only locked, so an error does not matter
	return s.Pin(id, name, commit)
}

func placePin(dir, ref, commit string) error {
	old, err := packedRef(dir, ref)
	if err != nil {
		return err
	}
	if old == NoCommit {
		err = copyMain(dir, ref, commit)
	}
	if errors.Is(err, fs.ErrExist) {
		if old, err = readRef(dir, ref); err == nil {
			err = syncAll(wayTo(dir, ref)...) // the process that created it may not have synced it yet
		}
	}
	if err == nil && old != NoCommit && old != commit {
		return schema.Errorf(schema.CodeConflict, "pinned to %s already", old)
	}
	return err
}

// Pins returns refs/submissions/*, name to commit.
func (s *Store) Pins(id int64) (map[string]string, error) {
	dir, pins := s.directory(id), make(map[string]string)
	err := eachPacked(dir, func(ref, commit string) {
		if name, ok := strings.CutPrefix(ref, pinPrefix); ok {
			pins[name] = commit
		}
	})
	if err != nil {
		return nil, fmt.Errorf("pins of repository %d: %w", id, err)
	}
	entries, err := os.ReadDir(filepath.Join(dir, pinPrefix))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("pins of repository %d: %w", id, err)
	}
	for _, entry := range entries {
		if !pinPattern.MatchString(entry.Name()) {
			continue
		}
		if pins[entry.Name()], err = readRef(dir, pinPrefix+entry.Name()); err != nil {
			return nil, fmt.Errorf("pins of repository %d: %w", id, err)
		}
	}
	return pins, nil
}
