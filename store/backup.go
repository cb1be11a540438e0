package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/grader/grader/schema"
)

// Backup writes a consistent copy of the whole database to a new file, mode 0600, while the
// store is in use, and syncs it. CodeConflict: the file exists.
func (s *OperationTables) Backup(ctx context.Context, file string) error {
	f, err := os.OpenFile(file, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return schema.Errorf(schema.CodeConflict, "%s is there already; name a new file", file)
	}
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	defer f.Close()
	if err := s.copyTo(ctx, file); err != nil {
		return fmt.Errorf("backup: %w", errors.Join(err, os.Remove(file)))
	}
	if err := f.Sync(); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	return syncDirectory(filepath.Dir(file))
}

// copyTo copies the database through a separate connection, so that a long copy does not block
// the writer or the pool of readers.
func (s *OperationTables) copyTo(ctx context.Context, file string) error {
	own, err := connect(s.path, Options{}, 1, "")
	if err != nil {
		return err
	}
	_, err = own.db.ExecContext(ctx, `VACUUM INTO ?`, file)
	return errors.Join(translate(err), own.close())
}

func syncDirectory(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	defer d.Close()
	if err := d.Sync(); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	return nil
}
