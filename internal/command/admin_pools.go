package command

import (
	"fmt"
	"io"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/grader/grader/classroom/tables"
	"github.com/grader/grader/internal/service"
	"github.com/grader/grader/schema"
)

func adminPoolsCommand() *cli.Command {
	return &cli.Command{
		Name:         "pools",
		Usage:        "show the number of runners of each flavour, and the reason",
		Description:  "Needs the running server.\n\nExample: grader admin pools --json",
		Flags:        []cli.Flag{&cli.BoolFlag{Name: "json", Usage: "print a JSON array"}},
		OnUsageError: misuse,
		Action: func(c *cli.Context) error {
			if _, err := arguments(c); err != nil {
				return err
			}
			pools, err := callAdmin[[]tables.Pool](c, "pools", service.None{})
			if err != nil {
				return err
			}
			if c.Bool("json") {
				return printJSON(c.App.Writer, pools)
			}
			for _, p := range pools {
				p.Write(c.App.Writer)
				if p.Reason != "" {
					fmt.Fprintf(c.App.Writer, "%-16s %s, %s\n", "", p.Changed.Format(time.DateTime), schema.Sanitize(p.Reason))
				}
				for _, f := range p.Failures {
					printFailure(c.App.Writer, f)
				}
			}
			return nil
		},
	}
}

func printFailure(w io.Writer, f tables.Failure) {
	fmt.Fprintf(w, "%-16s %s", "", f.Last.Format(time.DateTime))
	if f.Times > 1 {
		fmt.Fprintf(w, ", %d times since %s", f.Times, f.First.Format(time.DateTime))
	}
	fmt.Fprintf(w, ": %s\n", schema.Sanitize(f.Why))
}
