package main

import (
	"context"
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/grader/grader/scheduler"
	"github.com/grader/grader/schema"
)

func adminQueueCommand() *cli.Command {
	return &cli.Command{
		Name:         "queue",
		Usage:        "show the pools of runners and what waits for them",
		Description:  "Example: grader admin queue --json",
		Flags:        []cli.Flag{&cli.BoolFlag{Name: "json", Usage: "print JSON"}},
		OnUsageError: misuse,
		Action: func(c *cli.Context) error {
			if _, err := arguments(c); err != nil {
				return err
			}
			report, err := callAdmin[queueReport](c, "queue", none{})
			if err != nil {
				return err
			}
			if c.Bool("json") {
				return printJSON(c.App.Writer, report)
			}
			report.print(c)
			return nil
		},
	}
}

// queueReport is what an operator looks at first.
type queueReport struct {
	Pools       []poolReport         `json:"pools"`
	Jobs        map[schema.State]int `json:"jobs"`
	OpenIntents int                  `json:"open_intents"` // pushes that are not settled yet
}

// poolReport is one flavour's runners and queue.
type poolReport struct {
	Flavour  string `json:"flavour"`
	Starting int    `json:"starting"`
	Ready    int    `json:"ready"`
	Busy     int    `json:"busy"`
	Max      int    `json:"max"`
	Waiting  int    `json:"waiting"`
	Failure  string `json:"failure,omitempty"`
}

func (r queueReport) print(c *cli.Context) {
	for _, p := range r.Pools {
		fmt.Fprintf(c.App.Writer, "%-16s %d waiting; %d ready, %d busy, %d starting of at most %d\n", p.Flavour, p.Waiting, p.Ready, p.Busy, p.Starting, p.Max)
		if p.Failure != "" {
			fmt.Fprintf(c.App.Writer, "%-16s last failure: %s\n", "", schema.Sanitize(p.Failure))
		}
	}
	fmt.Fprintf(c.App.Writer, "%d pushes not settled yet\n", r.OpenIntents)
}

func (o *operator) queue(ctx context.Context, _ none) (queueReport, error) {
	health, err := o.store.Health(ctx)
	if err != nil {
		return queueReport{}, err
	}
	report := queueReport{Jobs: health.Jobs, OpenIntents: health.OpenIntents, Pools: []poolReport{}}
	if o.live == nil {
		return report, nil
	}
	pools, err := o.live.pools(ctx)
	for _, p := range pools {
		report.Pools = append(report.Pools, newPoolReport(p))
	}
	return report, err
}

func newPoolReport(p scheduler.PoolState) poolReport {
	return poolReport{
		Flavour: p.Flavour.Name, Starting: p.Starting, Ready: p.Ready, Busy: p.Busy,
		Max: p.Flavour.Max, Waiting: p.Waiting, Failure: p.Failure,
	}
}
