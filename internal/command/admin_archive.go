package command

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/gitd/repo"
	"github.com/grader/grader/internal/service"
	"github.com/grader/grader/schema"
)

func adminExportArchiveCommand() *cli.Command {
	return &cli.Command{
		Name:      "archive",
		Usage:     "write the files that count of everybody for an assignment, with a manifest",
		ArgsUsage: "COURSE/ASSIGNMENT",
		Description: "A tar, or a zip where the name of the file ends so: MANIFEST.json, and the files of each work below its owner's\n" +
			"name. --at chooses among what had been received by then, with the extensions of then.\n\n" +
			"Example: grader admin export archive comp2402/a1 --at \"2026-09-28 23:59\" --output a1.tar",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "at", Usage: "what counted at a local `TIME`, that minute included; otherwise what counts now"},
			&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Usage: "a new `FILE`; - is standard output (needed)"},
		},
		OnUsageError: misuse,
		Action:       exportArchive,
	}
}

func exportArchive(c *cli.Context) error {
	args, err := arguments(c, "COURSE/ASSIGNMENT")
	if err == nil {
		err = needed(c, "output")
	}
	if err != nil {
		return err
	}
	q := classroom.ArchiveRequest{At: c.String("at")}
	if q.Course, q.Assignment, err = classroom.ParseAssignment(args[0]); err != nil {
		return err
	}
	data, err := filepath.Abs(c.String("data"))
	if err != nil {
		return fmt.Errorf("data directory: %w", err)
	}
	archive, err := callAdmin[classroom.Archive](c, "archive", q)
	if err != nil {
		return err
	}
	write := func(w io.Writer) error {
		return archive.Write(c.Context, repo.Archive{Dir: filepath.Join(data, service.Repositories)}, w, strings.HasSuffix(c.String("output"), ".zip"))
	}
	if c.String("output") == "-" {
		return write(c.App.Writer)
	}
	return writeNew(c.String("output"), write)
}

// writeNew writes a new file. It writes to PATH.partial and renames it, so that a file at path is always complete.
func writeNew(path string, write func(io.Writer) error) (err error) {
	if _, err := os.Lstat(path); err == nil {
		return schema.Errorf(schema.CodeConflict, "%s is there already; name a new file", path)
	}
	f, err := os.OpenFile(path+".partial", os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return schema.Errorf(schema.CodeConflict, "%s.partial is there: another export is being written, or was interrupted; remove it, or name another file", path)
	}
	if err != nil {
		return schema.Wrapf(schema.CodeUnavailable, err, "write %s: %s", path, err)
	}
	defer func() {
		if err != nil {
			os.Remove(f.Name())
		}
	}()
	if err = errors.Join(write(f), f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
