package command

import (
	"fmt"
	"io"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/grader/grader/internal/service"
	"github.com/grader/grader/schema"
)

func adminOutboxCommand() *cli.Command {
	return &cli.Command{
		Name:  "outbox",
		Usage: "show messages to other systems that were not delivered yet, or try them again",
		Description: "Messages are statuses at GitHub, announced pushes that are still to be fetched, and notifications.\n" +
			"Each is shown with the reason of its last failure; those that were given up come first.\n\nExample: grader admin outbox --json",
		Flags: []cli.Flag{
			&cli.IntFlag{Name: "limit", Usage: "show at most `N`", Value: 100},
			jsonFlag(),
		},
		OnUsageError: misuse,
		Subcommands:  []*cli.Command{adminOutboxRetryCommand()},
		Action: func(c *cli.Context) error {
			if c.Args().Present() {
				return noSubcommand(c)
			}
			all, err := callAdmin[[]schema.OutboxEntry](c, "outbox", service.OutboxArgs{Limit: c.Int("limit")})
			if err != nil {
				return err
			}
			if c.Bool("json") {
				return printJSON(c.App.Writer, publicEntries(all))
			}
			printOutbox(c.App.Writer, all)
			return nil
		},
	}
}

func adminOutboxRetryCommand() *cli.Command {
	return &cli.Command{
		Name:         "retry",
		Usage:        "try all messages again now, including those that were given up",
		ArgsUsage:    "[KIND]",
		Description:  "Use it once the cause of the failures is gone.\n\nExample: grader admin outbox retry github.status",
		OnUsageError: misuse,
		Action: func(c *cli.Context) error {
			if c.NArg() > 1 {
				return schema.Errorf(schema.CodeInvalid, "usage: %s %s; see --help", c.Command.HelpName, c.Command.ArgsUsage)
			}
			n, err := callAdmin[int64](c, "outbox.retry", service.OutboxArgs{Kind: c.Args().First()})
			if err == nil {
				fmt.Fprintf(c.App.Writer, "tried again now: %d that were given up, and all that wait\n", n)
			}
			return err
		},
	}
}

// outboxEntry is the JSON form of an entry.
type outboxEntry struct {
	Kind      string     `json:"kind"`
	Key       string     `json:"key"`
	Receiver  string     `json:"receiver"`
	MadeAt    time.Time  `json:"made_at"`
	DueAt     time.Time  `json:"due_at"`
	Attempts  int        `json:"attempts"`
	LastError string     `json:"last_error,omitempty"`
	FailedAt  *time.Time `json:"failed_at,omitempty"` // time when it was given up
}

func publicEntries(all []schema.OutboxEntry) []outboxEntry {
	entries := make([]outboxEntry, 0, len(all))
	for _, e := range all {
		is := outboxEntry{Kind: e.Kind, Key: e.Key, Receiver: e.Receiver, MadeAt: e.MadeAt, DueAt: e.Due, Attempts: e.Attempts, LastError: e.LastError}
		if !e.FailedAt.IsZero() {
			is.FailedAt = &e.FailedAt
		}
		entries = append(entries, is)
	}
	return entries
}

func printOutbox(w io.Writer, all []schema.OutboxEntry) {
	for _, e := range all {
		state := "due " + e.Due.Local().Format(time.DateTime)
		if !e.FailedAt.IsZero() {
			state = "given up " + e.FailedAt.Local().Format(time.DateTime)
		}
		fmt.Fprintf(w, "%-14s %-24s %-50s %s, attempts: %d", e.Kind, schema.Sanitize(e.Receiver), schema.Sanitize(e.Key), state, e.Attempts)
		if e.LastError != "" {
			fmt.Fprintf(w, "; %s", schema.Sanitize(e.LastError))
		}
		fmt.Fprintln(w)
	}
	if len(all) == 0 {
		fmt.Fprintln(w, "everything was delivered")
	}
}
