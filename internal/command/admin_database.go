package command

import (
	"fmt"
	"path/filepath"

	"github.com/urfave/cli/v2"

	"github.com/grader/grader/internal/service"
)

func adminCopyDatabaseCommand() *cli.Command {
	return &cli.Command{
		Name:      "copy-database",
		Usage:     "write a consistent copy of the database to a new file, also while the server runs",
		ArgsUsage: "FILE",
		Description: "The copy is readable by the server's user alone, and on disk once the command ends. Copy\n" +
			"the repositories after it: docs/operating.md says how.\n\n" +
			"Example: grader admin copy-database /backup/grader.db",
		OnUsageError: misuse,
		Action: func(c *cli.Context) error {
			args, err := arguments(c, "FILE")
			if err != nil {
				return err
			}
			file, err := filepath.Abs(args[0]) // the server has another working directory
			if err != nil {
				return fmt.Errorf("copy-database: %w", err)
			}
			_, err = callAdmin[service.None](c, "database.copy", service.CopyArgs{File: file})
			return err
		},
	}
}
