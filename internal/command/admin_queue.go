package command

import (
	"fmt"
	"io"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/grader/grader/internal/service"
	"github.com/grader/grader/schema"
)

func adminQueueCommand() *cli.Command {
	return &cli.Command{
		Name:  "queue",
		Usage: "show the waiting jobs of each flavour, or move them to another",
		Description: "Of each flavour its pool, and the jobs in the order in which they will start.\n\n" +
			"Example: grader admin queue --limit 100 --json",
		Flags: []cli.Flag{
			&cli.IntFlag{Name: "limit", Usage: "show at most `N` waiting jobs of each flavour", Value: 20},
			&cli.BoolFlag{Name: "json", Usage: "print JSON"},
		},
		OnUsageError: misuse,
		Subcommands:  []*cli.Command{adminQueueMoveCommand()},
		Action: func(c *cli.Context) error {
			if c.Args().Present() {
				return noSubcommand(c)
			}
			report, err := callAdmin[service.QueueReport](c, "queue", service.QueueArgs{Limit: c.Int("limit")})
			if err != nil {
				return err
			}
			if c.Bool("json") {
				return printJSON(c.App.Writer, report)
			}
			printQueue(c.App.Writer, report)
			return nil
		},
	}
}

func adminQueueMoveCommand() *cli.Command {
	return &cli.Command{
		Name:      "move",
		Usage:     "move the waiting jobs of a flavour to another",
		ArgsUsage: "FROM TO",
		Description: "For jobs whose flavour was removed from the configuration.\n\n" +
			"Example: grader admin queue move large standard",
		OnUsageError: misuse,
		Action: func(c *cli.Context) error {
			args, err := arguments(c, "FROM", "TO")
			if err != nil {
				return err
			}
			moved, err := callAdmin[int](c, "queue.move", service.MoveArgs{From: args[0], To: args[1]})
			if err == nil {
				fmt.Fprintf(c.App.Writer, "%d jobs moved from %s to %s\n", moved, args[0], args[1])
			}
			return err
		},
	}
}

func printQueue(w io.Writer, r service.QueueReport) {
	for _, p := range r.Pools {
		p.Write(w)
	}
	for _, l := range r.Waiting {
		if l.Stranded {
			fmt.Fprintf(w, "%-16s %d wait (%s), and the configuration has no such flavour: put it back, or\n%-16s grader admin queue move %s TO\n", l.Flavour, l.Waiting, l.Lane, "", l.Flavour)
		}
	}
	for _, q := range r.Next {
		fmt.Fprintf(w, "%-16s %4d. %-40s %-9s waits %s", q.Flavour, q.Place, q.Name, q.Lane, (time.Duration(q.Seconds) * time.Second).String())
		if q.Reason != "" {
			fmt.Fprintf(w, "; again: %s", schema.Sanitize(q.Reason))
		}
		fmt.Fprintln(w)
	}
	fmt.Fprintf(w, "%d pushes not recorded yet\n", r.OpenIntents)
}
