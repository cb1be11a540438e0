package command

import (
	"bytes"
	"fmt"
	"os"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/classroom/tables"
	"github.com/grader/grader/internal/service"
	"github.com/grader/grader/schema"
)

func adminExportCommand() *cli.Command {
	return &cli.Command{
		Name:      "export",
		Usage:     "write the grades of a course as a learning platform imports them",
		ArgsUsage: "COURSE[/ASSIGNMENT]",
		Description: "--fill completes the file that the platform exported: its headings, order and encoding stay, and only cells with a grade change.\n\n" +
			"Examples:\n  grader admin export comp2402 --format csv --output grades.csv\n  grader admin export comp2402/a1 --format brightspace --fill export.csv --output import.csv",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "format", Usage: "brightspace, canvas, moodle, blackboard, csv or json (needed)"},
			&cli.StringFlag{Name: "fill", Usage: "the `FILE` that the platform exported"},
			&cli.StringSliceFlag{Name: "column", Usage: "`ASSIGNMENT=HEADING` of the file to fill"},
			&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Usage: "write to `FILE`, not to the terminal"},
			&cli.BoolFlag{Name: "dropped", Usage: "with those who have left the course"},
		},
		OnUsageError: misuse,
		Subcommands:  []*cli.Command{adminExportPersonCommand(), adminExportArchiveCommand()},
		Action: func(c *cli.Context) error {
			args, err := arguments(c, "COURSE[/ASSIGNMENT]")
			if err != nil {
				return err
			}
			if err := needed(c, "format"); err != nil {
				return err
			}
			if c.String("format") == "json" {
				return exportJSON(c, args[0])
			}
			r := classroom.ExportRequest{Format: c.String("format"), Dropped: c.Bool("dropped")}
			r.Course, r.Assignment, _ = strings.Cut(args[0], "/")
			if r.Columns, err = classroom.ParseColumns(c.StringSlice("column")); err != nil {
				return err
			}
			if c.IsSet("fill") {
				if r.Fill, err = readInput(c.String("fill")); err != nil {
					return err
				}
			}
			exported, err := callAdmin[classroom.Exported](c, "export", r)
			if err != nil {
				return err
			}
			var out bytes.Buffer
			if err := (tables.Writer{Out: &out, Note: c.App.ErrWriter}).Exported(exported, c.IsSet("fill")); err != nil {
				return err
			}
			return writeOutput(c, out.Bytes())
		},
	}
}

// exportJSON writes the same JSON as grader admin grades --json.
func exportJSON(c *cli.Context, name string) error {
	course, assignment, _ := strings.Cut(name, "/")
	all, err := callAdmin[[]schema.Grade](c, "grades", service.GradeArgs{Course: course})
	if err != nil {
		return err
	}
	var out bytes.Buffer
	if err := printJSON(&out, tables.PublicGrades(all, assignment)); err != nil {
		return err
	}
	return writeOutput(c, out.Bytes())
}

// writeOutput writes to the file of --output, with mode 0600, or to the terminal.
func writeOutput(c *cli.Context, data []byte) error {
	if name := c.String("output"); name != "" {
		if err := os.WriteFile(name, data, 0o600); err != nil {
			return fmt.Errorf("write grades: %w", err)
		}
		return nil
	}
	_, err := c.App.Writer.Write(data)
	return err
}
