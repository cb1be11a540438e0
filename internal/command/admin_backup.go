package command

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/grader/grader/internal/backup"
	"github.com/grader/grader/internal/service"
	"github.com/grader/grader/schema"
)

func adminBackupCommand() *cli.Command {
	return &cli.Command{
		Name:      "backup",
		Usage:     "write everything into one tar, also while the server runs",
		ArgsUsage: "FILE",
		Description: "The tar holds the database, all repositories and the server's keys; it is readable by you\n" +
			"alone. grader restore puts it into a new data directory. FILE - is standard output.\n\n" +
			"Example: grader admin --data /var/lib/grader backup /backup/grader.tar",
		OnUsageError: misuse,
		Action: func(c *cli.Context) error {
			args, err := arguments(c, "FILE")
			if err != nil {
				return err
			}
			if args[0] == "-" {
				return writeBackup(c, c.App.Writer)
			}
			return writeBackupFile(c, args[0])
		},
	}
}

// writeBackupFile writes the backup to a temporary name and renames it, so that a file at path is always complete.
func writeBackupFile(c *cli.Context, path string) (err error) {
	if _, err := os.Lstat(path); err == nil {
		return schema.Errorf(schema.CodeConflict, "%s is there already; name a new file", path)
	}
	f, err := os.OpenFile(path+".partial", os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return schema.Errorf(schema.CodeConflict, "%s.partial is there: another backup is being written, or was interrupted; remove it, or name another file", path)
	}
	if err != nil {
		return schema.Wrapf(schema.CodeUnavailable, err, "backup: %s", err)
	}
	defer func() {
		if err != nil {
			os.Remove(f.Name())
		}
	}()
	err = writeBackup(c, f)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

func writeBackup(c *cli.Context, w io.Writer) error {
	data, err := filepath.Abs(c.String("data"))
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	marks, err := callAdmin[schema.RecordMarks](c, "backup.marks", service.None{})
	if err != nil {
		return err
	}
	madeAt := time.Now().UTC()
	database := filepath.Join(data, "backup-"+strings.ToLower(rand.Text()[:10])+".db") // the server can write there
	defer os.Remove(database)
	if _, err := callAdmin[service.None](c, "database.copy", service.CopyArgs{File: database}); err != nil {
		return err
	}
	bar := newProgress(c)
	defer bar.end()
	return backup.Write(c.Context, w, backup.Source{
		Data: data, Keys: service.Keys(), Version: c.App.Version, Database: database, MadeAt: madeAt, Tell: bar.tell,
		Late: func(context.Context) ([]schema.RecordedPush, error) {
			return callAdmin[[]schema.RecordedPush](c, "backup.recorded", marks)
		},
	})
}
