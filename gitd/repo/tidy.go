package repo

import (
	"context"
	"fmt"
	"path/filepath"
)

// tidyPacks is the number of packs above which a repository is repacked. Each push adds a pack, and
// every reader opens the index of each.
const tidyPacks = 20

// Tidy combines the packs of a repository if there are many. It combines only the small ones, so
// that each object is rewritten only a few times over many pushes. It drops no object. It waits for
// the repository's lock, which git inherits. It does nothing while the repository is read, because
// the next push triggers it again.
func (s *Store) Tidy(ctx context.Context, id int64) error {
	if many, err := s.untidy(id); err != nil || !many {
		return err
	}
	lock, err := s.Lock(ctx, id)
	if err != nil {
		return fmt.Errorf("tidy: %w", err)
	}
	defer lock.Unlock() //nolint:errcheck // of a file that is only locked
	reading := s.reading(id)
	if !reading.TryLock() {
		return nil
	}
	defer reading.Unlock()
	_, err = s.git(ctx, command{
		args: []string{"repack", "--geometric=2", "-d", "-q", "-n"},
		env:  environment(s.receiveSettings(mainRef), "GIT_DIR="+s.directory(id)), max: 1 << 10, inherit: lock.f,
	})
	if err != nil {
		return fmt.Errorf("tidy repository %d: %w", id, err)
	}
	return nil
}

func (s *Store) untidy(id int64) (bool, error) {
	packs, err := filepath.Glob(filepath.Join(s.directory(id), "objects/pack/*.idx"))
	if err != nil {
		return false, fmt.Errorf("tidy repository %d: %w", id, err)
	}
	return len(packs) >= tidyPacks, nil
}
