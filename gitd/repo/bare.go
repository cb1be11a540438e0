package repo

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// These are the files of a bare repository. Their content never changes, so a file that a crash
// left empty is recognised by its size and rewritten.
const (
	headFile   = "ref: " + mainRef + "\n"
	configFile = "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = true\n"
)

// Path returns the directory of a bare repository and creates it if it does not exist. It does not
// run git for that.
func (s *Store) Path(id int64) (string, error) {
	if id <= 0 {
		return "", fmt.Errorf("repository %d: no such number", id)
	}
	dir := s.directory(id)
	if whole(dir) {
		return dir, nil
	}
	if err := s.makeBare(dir); err != nil {
		return "", fmt.Errorf("make repository %d: %w", id, err)
	}
	return dir, nil
}

// exists reports whether a repository was ever created. Reading a repository does not create it.
func (s *Store) exists(id int64) bool { return whole(s.directory(id)) }

func whole(dir string) bool {
	return sized(filepath.Join(dir, "HEAD"), len(headFile)) && sized(filepath.Join(dir, "config"), len(configFile))
}

func sized(path string, size int) bool {
	info, err := os.Lstat(path)
	return err == nil && info.Mode().IsRegular() && info.Size() == int64(size)
}

// makeBare creates a repository in another place and then moves it, so that nobody sees an
// incomplete one. If the directory exists, makeBare repairs it instead.
func (s *Store) makeBare(dir string) error {
	if _, err := os.Lstat(dir); err == nil {
		return writeBare(dir)
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o700); err != nil {
		return err
	}
	fresh, err := os.MkdirTemp(filepath.Dir(dir), ".new-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(fresh)
	if err := writeBare(fresh); err != nil {
		return err
	}
	if err := os.Rename(fresh, dir); err != nil && !whole(dir) {
		return err
	}
	return nil
}

func writeBare(dir string) error {
	for _, sub := range []string{"objects/pack", "objects/info", "refs/heads", "refs/submissions"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o700); err != nil {
			return err
		}
	}
	return errors.Join(
		os.WriteFile(filepath.Join(dir, "config"), []byte(configFile), 0o600),
		os.WriteFile(filepath.Join(dir, "HEAD"), []byte(headFile), 0o600),
	)
}
