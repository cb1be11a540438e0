package repo

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"time"

	"github.com/go-git/go-git/v5/plumbing/filemode"

	"github.com/grader/grader/schema"
)

// SeedStarter makes repository id, which must be empty, hold one commit on main
// with the directory (a path inside the tree) of another repository's commit: what
// a first clone serves. Its objects are self-contained. The commit depends on the
// arguments alone, and main appears last, so that seeding again, also after a crash, is
// no error; CodeConflict: main is something else. CodeNotFound: no such directory.
func (s *Store) SeedStarter(ctx context.Context, id, from int64, commit, dir string, at time.Time) error {
	if err := checkObject(commit); err != nil {
		return err
	}
	tree, err := s.directoryTree(from, commit, strings.Trim(dir, "/"))
	if err != nil {
		return err
	}
	lock, err := s.Lock(ctx, id)
	if err != nil {
		return err
	}
	defer lock.Unlock() //nolint:errcheck // only read
	if err := s.seed(ctx, id, from, tree, "Starter of tests "+commit[:12], at); err != nil {
		return fmt.Errorf("seed repository %d: %w", id, err)
	}
	return nil
}

func (s *Store) directoryTree(id int64, commit, dir string) (string, error) {
	o, err := s.objects(id)
	if err != nil {
		return "", err
	}
	defer o.close()
	tree, mode, err := o.find(commit, dir)
	if err == nil && mode != filemode.Dir {
		err = schema.Errorf(schema.CodeNotFound, "%q is not a directory", schema.Sanitize(dir))
	}
	return tree, err
}

func (s *Store) seed(ctx context.Context, id, from int64, tree, message string, at time.Time) error {
	dir := s.directory(id)
	env := environment(s.receiveSettings(), "GIT_DIR="+dir,
		"GIT_ALTERNATE_OBJECT_DIRECTORIES="+filepath.Join(s.directory(from), "objects"),
		"GIT_AUTHOR_NAME=grader", "GIT_AUTHOR_EMAIL=grader@localhost", "GIT_AUTHOR_DATE="+gitDate(at),
		"GIT_COMMITTER_NAME=grader", "GIT_COMMITTER_EMAIL=grader@localhost", "GIT_COMMITTER_DATE="+gitDate(at))
	out, err := s.git(ctx, command{args: []string{"commit-tree", "-m", message, tree}, env: env, max: 1 << 10})
	if err != nil {
		return err
	}
	commit := strings.TrimSpace(string(out))
	if err := checkObject(commit); err != nil {
		return err
	}
	// Into one pack, the other repository's objects included.
	pack := command{args: []string{"pack-objects", "--quiet", "--revs", filepath.Join(dir, "objects/pack/pack")}, env: env, stdin: out, max: 1 << 10}
	if _, err := s.git(ctx, pack); err != nil {
		return err
	}
	return placeMain(dir, commit)
}

func gitDate(at time.Time) string { return fmt.Sprintf("@%d +0000", at.Unix()) }

// placeMain makes main of an empty repository.
func placeMain(dir, commit string) error {
	err := linkRef(dir, mainRef, commit)
	if !errors.Is(err, fs.ErrExist) {
		return err
	}
	old, err := readRef(dir, mainRef)
	if err == nil && old != commit {
		err = schema.Errorf(schema.CodeConflict, "main is %s already", old)
	}
	return err
}
