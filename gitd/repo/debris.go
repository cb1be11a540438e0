package repo

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// debris returns patterns for files that a killed git leaves behind: quarantines with their packs,
// and lock files, each of which would block later pushes.
func debris() []string {
	return []string{
		"objects/tmp_objdir-*", "objects/pack/*.keep", "objects/pack/tmp_*", "objects/pack/.tmp-*",
		"refs/heads/*.lock", "refs/submissions/*.lock", "*.lock", ".ref-*",
	}
}

// clearDebris removes the files that match debris. It keeps lockName, the only *.lock file that
// belongs there. The caller must hold the repository's lock, so that no git is running there.
func clearDebris(dir string) error {
	for _, pattern := range debris() {
		found, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			return err
		}
		for _, path := range found {
			if filepath.Base(path) == lockName {
				continue
			}
			if err := os.RemoveAll(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
	}
	return nil
}
