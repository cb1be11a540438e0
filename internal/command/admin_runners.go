package command

import (
	"fmt"
	"time"

	"github.com/grader/grader/classroom/tables"
	"github.com/grader/grader/internal/service"
	"github.com/urfave/cli/v2"
)

func adminRunnersCommand() *cli.Command {
	return &cli.Command{
		Name:         "runners",
		Usage:        "show every runner, its state and its job",
		Description:  "Needs the running server.\n\nExample: grader admin runners --json",
		Flags:        []cli.Flag{&cli.BoolFlag{Name: "json", Usage: "print a JSON array"}},
		OnUsageError: misuse,
		Action: func(c *cli.Context) error {
			if _, err := arguments(c); err != nil {
				return err
			}
			runners, err := callAdmin[[]tables.Runner](c, "runners", service.None{})
			if err != nil {
				return err
			}
			if c.Bool("json") {
				return printJSON(c.App.Writer, runners)
			}
			for _, r := range runners {
				fmt.Fprintf(c.App.Writer, "%-24s %-12s %-8s %8s  %s\n", r.Runner, r.Flavour, r.State, time.Duration(r.Seconds)*time.Second, r.Name)
			}
			return nil
		},
	}
}
