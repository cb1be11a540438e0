package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/grader/grader/schema"
	"github.com/grader/grader/store"
)

func adminQueueCommand() *cli.Command {
	return &cli.Command{
		Name:  "queue",
		Usage: "show what waits for which runners, or move it to others",
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
			report, err := callAdmin[queueReport](c, "queue", queueArgs{Limit: c.Int("limit")})
			if err != nil {
				return err
			}
			if c.Bool("json") {
				return printJSON(c.App.Writer, report)
			}
			report.print(c.App.Writer)
			return nil
		},
	}
}

func adminQueueMoveCommand() *cli.Command {
	return &cli.Command{
		Name:      "move",
		Usage:     "let everything that waits for one flavour wait for another",
		ArgsUsage: "FROM TO",
		Description: "For jobs whose flavour was taken out of the configuration: nothing serves them.\n\n" +
			"Example: grader admin queue move large standard",
		OnUsageError: misuse,
		Action: func(c *cli.Context) error {
			args, err := arguments(c, "FROM", "TO")
			if err != nil {
				return err
			}
			moved, err := callAdmin[int](c, "queue.move", moveArgs{From: args[0], To: args[1]})
			if err == nil {
				fmt.Fprintf(c.App.Writer, "%d jobs moved from %s to %s\n", moved, args[0], args[1])
			}
			return err
		},
	}
}

type moveArgs struct{ From, To string }

// moveQueue moves what waits, and lets the runners know.
func (o *operator) moveQueue(ctx context.Context, a moveArgs) (int, error) {
	if !o.serves(a.To) {
		return 0, schema.Errorf(schema.CodeInvalid, "flavour %q is not in the configuration; use %s", a.To,
			strings.Join(slices.Sorted(maps.Keys(o.live.flavours)), ", "))
	}
	moved, err := o.store.MoveQueue(ctx, actor, a.From, a.To)
	if err == nil && o.live != nil {
		o.live.wake()
	}
	return moved, err
}

// serves reports whether runners of a flavour may come; without a server nobody knows.
func (o *operator) serves(flavour string) bool {
	if o.live == nil {
		return true
	}
	_, ok := o.live.flavours[flavour]
	return ok
}

type queueArgs struct{ Limit int }

// maxQueue is how many waiting jobs of a flavour are listed at most.
const maxQueue = 5000

// queueReport is what an operator looks at first.
type queueReport struct {
	Pools       []poolReport         `json:"pools"`
	Waiting     []laneReport         `json:"waiting"`
	Next        []queuedReport       `json:"next"`
	Jobs        map[schema.State]int `json:"jobs"`
	OpenIntents int                  `json:"open_intents"` // pushes that are not settled yet
}

// laneReport is how many jobs wait in a lane of a flavour.
type laneReport struct {
	Flavour  string `json:"flavour"`
	Lane     string `json:"lane"` // push, gate, overtaken or regrade
	Waiting  int    `json:"waiting"`
	Stranded bool   `json:"stranded,omitempty"` // the flavour is not in the configuration
}

// queuedReport is one waiting job.
type queuedReport struct {
	Flavour string    `json:"flavour"`
	Place   int       `json:"place"` // from 1
	Job     int64     `json:"job"`
	Name    string    `json:"name"`
	Lane    string    `json:"lane"`
	Since   time.Time `json:"since"`
	Seconds int       `json:"seconds"`           // that it has waited
	Attempt int       `json:"attempt,omitempty"` // it was given to runners so often
	Reason  string    `json:"reason,omitempty"`  // why it waits again
}

func (o *operator) queue(ctx context.Context, a queueArgs) (queueReport, error) {
	if a.Limit < 0 || a.Limit > maxQueue {
		return queueReport{}, schema.Errorf(schema.CodeInvalid, "limit %d: use 0 to %d", a.Limit, maxQueue)
	}
	health, err := o.store.Health(ctx)
	if err != nil {
		return queueReport{}, err
	}
	report := queueReport{Jobs: health.Jobs, OpenIntents: health.OpenIntents, Pools: []poolReport{}, Waiting: []laneReport{}, Next: []queuedReport{}}
	flavours := make(map[string]bool)
	for _, d := range health.Queue {
		flavours[d.Flavour] = true
		report.Waiting = append(report.Waiting, laneReport{Flavour: d.Flavour, Lane: d.Lane.String(), Waiting: d.Waiting, Stranded: !o.serves(d.Flavour)})
	}
	for _, name := range slices.Sorted(maps.Keys(flavours)) {
		jobs, err := o.store.Queued(ctx, name, a.Limit)
		if err != nil {
			return report, err
		}
		report.Next = append(report.Next, newQueued(name, jobs, o.clock())...)
	}
	if o.live != nil {
		report.Pools, err = o.pools(ctx, none{})
	}
	return report, err
}

func newQueued(flavour string, jobs []store.QueuedJob, now time.Time) []queuedReport {
	var all []queuedReport
	for i, q := range jobs {
		all = append(all, queuedReport{Flavour: flavour, Place: i + 1, Job: q.Job.ID, Name: q.Name, Lane: q.Job.Lane.String(), Since: q.Job.QueuedAt,
			Seconds: int(now.Sub(q.Job.QueuedAt).Seconds()), Attempt: q.Job.Attempt, Reason: q.Job.Reason})
	}
	return all
}

func (r queueReport) print(w io.Writer) {
	for _, p := range r.Pools {
		p.print(w)
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
	fmt.Fprintf(w, "%d pushes not settled yet\n", r.OpenIntents)
}
