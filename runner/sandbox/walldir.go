package sandbox

import (
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"github.com/grader/grader/schema"
)

// isTmpfs reports whether a directory's files are kept in memory.
func isTmpfs(dir string) (bool, error) {
	var st unix.Statfs_t
	err := unix.Statfs(dir, &st)
	return st.Type == unix.TMPFS_MAGIC, err
}

// makeDirFor makes the directory of scratches. As root it also checks that the uids of steps can
// reach it.
func makeDirFor(dir string) error {
	if err := os.MkdirAll(dir, 0o711); err != nil {
		return fmt.Errorf("open wall: %w", err)
	}
	if os.Getuid() != 0 {
		return nil
	}
	if err := os.Chmod(dir, 0o711); err != nil {
		return fmt.Errorf("open wall: %w", err)
	}
	for above := filepath.Dir(dir); ; above = filepath.Dir(above) {
		info, err := os.Stat(above)
		if err != nil {
			return fmt.Errorf("open wall: %w", err)
		}
		if info.Mode()&0o001 == 0 {
			return schema.Errorf(schema.CodeInvalid, "steps cannot reach %s: %s is closed to others; choose another directory or chmod o+x it", dir, above)
		}
		if above == "/" {
			return nil
		}
	}
}
