package command

import (
	"encoding/csv"
	"fmt"
	"os"

	"github.com/urfave/cli/v2"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/schema"
)

func adminRosterImportCommand() *cli.Command {
	return &cli.Command{
		Name:      "import",
		Usage:     "create accounts and enrolments from a roster",
		ArgsUsage: "COURSE FILE",
		Description: "FILE is a CSV file as Brightspace, Canvas, Moodle, Blackboard, Gradescope, GitHub Classroom or a registrar writes it.\n" +
			"Importing it again changes nothing. People who are absent from it stay, unless --drop-missing.\n\n" +
			"Examples:\n  grader admin roster import comp2402 export.csv --dry-run\n  grader admin roster import comp2402 export.csv --codes codes.csv\n  grader admin roster import comp2402 list.csv --column login=Kennung",
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "dry-run", Usage: "say what would change, and change nothing"},
			&cli.BoolFlag{Name: "drop-missing", Usage: "drop students who are absent from the file"},
			&cli.StringFlag{Name: "codes", Usage: "write the join codes of new accounts to `FILE`, readable by you alone"},
			&cli.StringSliceFlag{Name: "column", Usage: "`FIELD=HEADING` where the heading is not known: login, student_id, email, name, section, role"},
			&cli.IntFlag{Name: "pad", Usage: "fill ids with zeros to this `NUMBER` of digits"},
			jsonFlag(),
		},
		OnUsageError: misuse,
		Action: func(c *cli.Context) error {
			args, err := arguments(c, "COURSE", "FILE")
			if err != nil {
				return err
			}
			r := classroom.ImportRequest{Course: args[0], Pad: c.Int("pad"), DropMissing: c.Bool("drop-missing"), DryRun: c.Bool("dry-run")}
			if r.Data, err = readInput(args[1]); err != nil {
				return err
			}
			if r.Columns, err = classroom.ParseColumns(c.StringSlice("column")); err != nil {
				return err
			}
			codes, err := openCodes(c.String("codes"), r.DryRun)
			if err != nil {
				return err
			}
			done, err := callAdmin[classroom.Imported](c, "roster.import", r)
			if err != nil {
				return discard(codes, err)
			}
			if err := writeCodes(codes, done.Changes); err != nil {
				return err
			}
			return printImported(c, done)
		},
	}
}

// readInput reads a file from an argument.
func readInput(name string) ([]byte, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, schema.Errorf(schema.CodeInvalid, "%s", err)
	}
	return data, nil
}

// openCodes creates the file for join codes before the import, because codes are shown only
// once. The file must not exist yet.
func openCodes(name string, dryRun bool) (*os.File, error) {
	if name == "" || dryRun {
		return nil, nil
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, schema.Errorf(schema.CodeInvalid, "%s; nothing was imported", err)
	}
	return f, nil
}

// discard removes the file for codes after a failed import.
func discard(f *os.File, err error) error {
	if f != nil {
		_ = f.Close()
		_ = os.Remove(f.Name()) // it is empty
	}
	return err
}

func writeCodes(f *os.File, changes []schema.RosterChange) error {
	if f == nil {
		return nil
	}
	w := csv.NewWriter(f)
	rows := [][]string{{"login", "code"}}
	for _, c := range changes {
		if c.Code != "" {
			rows = append(rows, []string{c.Login, c.Code})
		}
	}
	if err := w.WriteAll(rows); err != nil {
		return fmt.Errorf("write codes: %w", err)
	}
	return f.Close()
}

func printImported(c *cli.Context, done classroom.Imported) error {
	if c.String("codes") != "" {
		for i := range done.Changes {
			done.Changes[i].Code = "" // codes are written to the file only
		}
	}
	return reply(c).Imported(done, c.Bool("dry-run"))
}
