package repo

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/grader/grader/schema"
)

// triesPrefix is the prefix of the refs of tries.
const triesPrefix = "refs/tries/"

// TryRef returns the ref that git makes for a try.
func TryRef(name string) string { return triesPrefix + name }

// Tip returns the commit of a ref as a hex object name, 40 zeros if the ref does not exist. The ref
// is main or that of a try.
func (s *Store) Tip(id int64, ref string) (string, error) {
	if ref != mainRef && (len(ref) <= len(triesPrefix) || ref[:len(triesPrefix)] != triesPrefix || !pinPattern.MatchString(ref[len(triesPrefix):])) {
		return "", schema.Errorf(schema.CodeInvalid, "%q is neither main nor the ref of a try", schema.Sanitize(ref))
	}
	commit, err := readRef(s.directory(id), ref)
	if err != nil {
		return "", fmt.Errorf("tip of repository %d: %w", id, err)
	}
	return commit, nil
}

// KeepTry makes the ref that git created for a try durable, and returns the tree of its commit. The
// caller holds the repository's lock. It is idempotent. CodeConflict: the ref is not at the commit.
func (s *Store) KeepTry(id int64, name, commit string) (tree string, err error) {
	at, err := s.Tip(id, TryRef(name))
	if err != nil {
		return "", err
	}
	if at != commit {
		return "", schema.Errorf(schema.CodeConflict, "try %s of repository %d is at %s", name, id, at)
	}
	if tree, err = s.TreeOf(id, commit); err != nil {
		return "", fmt.Errorf("try %s in repository %d: %w", name, id, err)
	}
	// git has synced the file, but not the directories on the path to it.
	dir := s.directory(id)
	refs := filepath.Join(dir, triesPrefix)
	way := []string{refs, filepath.Join(dir, "refs"), filepath.Join(dir, "objects/pack"), filepath.Join(dir, "HEAD"), filepath.Join(dir, "config"), dir, filepath.Dir(dir), filepath.Dir(filepath.Dir(dir))}
	if err := syncAll(way...); err != nil {
		return "", fmt.Errorf("try %s in repository %d: %w", name, id, err)
	}
	return tree, nil
}

// DropTry removes the ref of a try, but no object. It is idempotent, and returns no error if the
// repository does not exist.
func (s *Store) DropTry(ctx context.Context, id int64, name string) error {
	dir := s.directory(id)
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	lock, err := s.Lock(ctx, id)
	if err != nil {
		return fmt.Errorf("drop try %s of repository %d: %w", name, id, err)
	}
	defer func() { _ = lock.Unlock() }() // the file is only locked, so an error does not matter
	at, err := s.Tip(id, TryRef(name))
	if err != nil || at == NoCommit {
		return err
	}
	_, err = s.git(ctx, command{
		args: []string{"update-ref", "-d", TryRef(name), at},
		env:  environment(s.receiveSettings(mainRef), "GIT_DIR="+dir), max: 1 << 10, inherit: lock.f,
	})
	if err != nil {
		return fmt.Errorf("drop try %s of repository %d: %w", name, id, err)
	}
	return nil
}
