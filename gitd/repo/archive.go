package repo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/grader/grader/schema"
)

// Archive gives backups access to the directory of all repositories. It works on files and does not
// run git. It may be used while a server runs.
type Archive struct {
	Dir string // Options.Dir
}

var (
	placePattern = regexp.MustCompile(`^([0-9a-f]{1,14})/([1-9][0-9]{0,17})\.git/(.+)$`)
	// keptPattern matches the files of a repository that cannot be made again. It excludes locks,
	// caches and what a killed git left behind.
	keptPattern = regexp.MustCompile(`^(HEAD|config|packed-refs|refs/heads/main|refs/(?:submissions|tries)/[a-z0-9][a-z0-9_-]{0,63}` +
		`|objects/[0-9a-f]{2}/[0-9a-f]{38}|objects/pack/pack-[0-9a-f]{40}\.(pack|idx|rev))$`)
)

func (a Archive) store() *Store { return &Store{o: Options{Dir: a.Dir}.withDefaults()} }

// Repositories returns the ids of the existing repositories, sorted.
func (a Archive) Repositories() ([]int64, error) {
	found, err := filepath.Glob(filepath.Join(a.Dir, "*", "*.git"))
	if err != nil {
		return nil, fmt.Errorf("list repositories: %w", err)
	}
	var ids []int64
	for _, dir := range found {
		id, err := strconv.ParseInt(strings.TrimSuffix(filepath.Base(dir), ".git"), 10, 64)
		if err == nil && id > 0 && a.store().directory(id) == dir {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids, nil
}

// Hold prevents writes to a repository until release is called. It waits for a push that is in
// progress.
func (a Archive) Hold(ctx context.Context, id int64) (release func(), err error) {
	// The file is never created here, because the server could not open a file of another user.
	f, err := os.Open(filepath.Join(a.store().directory(id), lockName))
	if errors.Is(err, fs.ErrNotExist) {
		return func() {}, nil // nobody ever wrote to it
	}
	if err == nil {
		err = waitFlock(ctx, f)
	}
	if err != nil {
		return nil, fmt.Errorf("lock of repository %d: %w", id, err)
	}
	return func() { f.Close() }, nil
}

// Files returns the paths of a repository's files below Dir, sorted. The caller holds the
// repository.
func (a Archive) Files(id int64) ([]string, error) {
	root := a.store().directory(id)
	var paths []string
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		inside, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		if keptPattern.MatchString(filepath.ToSlash(inside)) {
			below, err := filepath.Rel(a.Dir, path)
			paths = append(paths, filepath.ToSlash(below))
			return err
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("files of repository %d: %w", id, err)
	}
	return paths, nil
}

// Place returns the full path of a file of a backup, given its path below Dir. It creates the
// repository if it does not exist. CodeRefused: the path is not that of a repository's file, or the
// server writes that file itself.
func (a Archive) Place(path string) (string, error) {
	m := placePattern.FindStringSubmatch(path)
	if m == nil || !keptPattern.MatchString(m[3]) {
		return "", schema.Errorf(schema.CodeRefused, "%q is not a file of a repository", schema.Sanitize(path))
	}
	id, err := strconv.ParseInt(m[2], 10, 64)
	if err != nil || fmt.Sprintf("%x", id/256) != m[1] {
		return "", schema.Errorf(schema.CodeRefused, "%q is not where repository %s belongs", schema.Sanitize(path), m[2])
	}
	if _, err := a.store().Path(id); err != nil {
		return "", err
	}
	place := filepath.Join(a.Dir, filepath.FromSlash(path))
	return place, os.MkdirAll(filepath.Dir(place), 0o700)
}

// Check refuses a repository whose HEAD or config differs from what the server writes, because git
// would obey it.
func (a Archive) Check(id int64) error {
	dir := a.store().directory(id)
	for name, want := range map[string]string{"HEAD": headFile, "config": configFile} {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return fmt.Errorf("repository %d: %w", id, err)
		}
		if string(text) != want {
			return schema.Errorf(schema.CodeRefused, "%s of repository %d is not as grader writes it", name, id)
		}
	}
	return nil
}

// Remove removes a repository. It is idempotent.
func (a Archive) Remove(ctx context.Context, id int64) error {
	release, err := a.Hold(ctx, id)
	if err != nil {
		return err
	}
	defer release()
	if err := os.RemoveAll(a.store().directory(id)); err != nil {
		return fmt.Errorf("remove repository %d: %w", id, err)
	}
	return nil
}

// Pins returns the pins of a repository, name to commit, and main's commit.
func (a Archive) Pins(id int64) (pins map[string]string, main string, err error) {
	if pins, err = a.store().Pins(id); err != nil {
		return nil, "", err
	}
	main, err = a.store().Head(id)
	return pins, main, err
}

// ReadFile returns a regular file of a commit, as Store.ReadFile does.
func (a Archive) ReadFile(ctx context.Context, id int64, commit, path string, max int64) ([]byte, error) {
	return a.store().ReadFile(ctx, id, commit, path, max)
}

// ExportTar writes a commit's tree as a tar, as Store.ExportTar does.
func (a Archive) ExportTar(ctx context.Context, id int64, commit string, w io.Writer) error {
	return a.store().ExportTar(ctx, id, commit, w)
}

// Keep pins a commit, as Store.Keep does.
func (a Archive) Keep(ctx context.Context, id int64, name, commit string) (string, error) {
	release, err := a.Hold(ctx, id)
	if err != nil {
		return "", err
	}
	defer release()
	return a.store().Pin(id, name, commit)
}

// HasCommit reports whether a repository holds a commit.
func (a Archive) HasCommit(id int64, commit string) bool {
	_, err := a.store().TreeOf(id, commit)
	return err == nil
}
