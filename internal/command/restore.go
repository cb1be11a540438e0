package command

import (
	"fmt"
	"io"
	"os"

	"github.com/urfave/cli/v2"

	"github.com/grader/grader/internal/backup"
	"github.com/grader/grader/internal/service"
	"github.com/grader/grader/schema"
)

func restoreCommand() *cli.Command {
	return &cli.Command{
		Name:      "restore",
		Usage:     "put a backup into a new data directory",
		ArgsUsage: "FILE",
		Description: "The directory must be empty or not there. The backup is checked before anything stands in\n" +
			"its place. Prints the pushes that are in their repositories and not in the database: they came\n" +
			"while the backup was made. FILE - is standard input.\n\n" +
			"Example: grader restore /backup/grader.tar --data /var/lib/grader",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "data", Usage: "new data `DIR`ectory"},
			jsonFlag(),
		},
		OnUsageError: misuse,
		Action: func(c *cli.Context) error {
			args, err := arguments(c, "FILE")
			if err != nil {
				return err
			}
			if err := needed(c, "data"); err != nil {
				return err
			}
			from := c.App.Reader
			if args[0] != "-" {
				f, err := os.Open(args[0])
				if err != nil {
					return schema.Wrapf(schema.CodeInvalid, err, "restore: %s", err)
				}
				defer f.Close()
				from = f
			}
			return restore(c, from)
		},
	}
}

func restore(c *cli.Context, from io.Reader) error {
	bar := newProgress(c)
	report, err := backup.Restore(c.Context, from, c.String("data"), service.Keys(), bar.tell, storeLogger(c))
	bar.end()
	if err != nil {
		return err
	}
	if c.Bool("json") {
		err = printJSON(c.App.Writer, report)
	} else {
		printRestored(c.App.Writer, report)
	}
	if err == nil && len(report.Missing) > 0 {
		err = schema.Errorf(schema.CodeUnavailable, "%d pushes of the database are not in their repositories; look for an older backup that holds them", len(report.Missing))
	}
	return err
}

func printRestored(w io.Writer, r backup.Report) {
	fmt.Fprintf(w, "restored %d pushes in %d repositories, as they were at %s\n", r.Pushes, r.Repositories, r.MadeAt.Format("2006-01-02 15:04:05 MST"))
	for _, part := range []struct {
		words  string
		pushes []schema.RecordedPush
	}{
		{"pushes were being received; the server records them when it starts:", r.Open},
		{"pushes came while the backup was made: their repositories hold them, the database does not.\nTheir students push again, which submits them with a new time:", r.Found},
		{"pushes are in the database and not in their repositories:", r.Missing},
	} {
		if len(part.pushes) == 0 {
			continue
		}
		fmt.Fprintf(w, "%d %s\n", len(part.pushes), part.words)
		for _, p := range part.pushes {
			received := ""
			if !p.ReceivedAt.IsZero() {
				received = "  received " + p.ReceivedAt.UTC().Format("2006-01-02 15:04:05 MST")
			}
			fmt.Fprintf(w, "  %s  %s%s\n", p.Name, p.Commit, received)
		}
	}
}
