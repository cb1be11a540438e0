package repo

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// debris is what a git that was killed leaves behind: quarantines with their packs,
// and lock files, one of which would refuse every later push. Whoever holds the
// repository's lock knows that no git is at work there.
func debris() []string {
	return []string{
		"objects/tmp_objdir-*", "objects/pack/*.keep", "objects/pack/tmp_*", "objects/pack/.tmp-*",
		"refs/heads/*.lock", "refs/submissions/*.lock", "*.lock", ".ref-*",
	}
}

// clearDebris removes the debris; lockName is the one *.lock that belongs there.
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
