package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/grader/grader/scheduler"
	"github.com/grader/grader/schema"
)

func adminPoolsCommand() *cli.Command {
	return &cli.Command{
		Name:         "pools",
		Usage:        "show how many runners of each flavour there are, and why",
		Description:  "Needs the running server.\n\nExample: grader admin pools --json",
		Flags:        []cli.Flag{&cli.BoolFlag{Name: "json", Usage: "print a JSON array"}},
		OnUsageError: misuse,
		Action: func(c *cli.Context) error {
			if _, err := arguments(c); err != nil {
				return err
			}
			pools, err := callAdmin[[]poolReport](c, "pools", none{})
			if err != nil {
				return err
			}
			if c.Bool("json") {
				return printJSON(c.App.Writer, pools)
			}
			for _, p := range pools {
				p.print(c.App.Writer)
				if p.Reason != "" {
					fmt.Fprintf(c.App.Writer, "%-16s %s, %s\n", "", p.Changed.Format(time.DateTime), schema.Sanitize(p.Reason))
				}
				for _, f := range p.Failures {
					f.print(c.App.Writer)
				}
			}
			return nil
		},
	}
}

// poolReport is one flavour's runners and queue.
type poolReport struct {
	Flavour  string    `json:"flavour"`
	Wanted   int       `json:"wanted"` // runners that the pool was asked for
	Starting int       `json:"starting"`
	Ready    int       `json:"ready"`
	Busy     int       `json:"busy"`
	Warm     int       `json:"warm"`
	Max      int       `json:"max"`
	Waiting  int       `json:"waiting"`
	Reason   string    `json:"reason,omitempty"` // why wanted last changed
	Changed  time.Time `json:"changed,omitzero"`
	Failure  string    `json:"failure,omitempty"` // why the last runner could not start
	// Failures are the last ones, the latest first, also those that are over.
	Failures []failureReport `json:"failures,omitempty"`
}

// failureReport is why runners did not start or were lost, and how often in a row.
type failureReport struct {
	Why   string    `json:"why"`
	Times int       `json:"times"`
	First time.Time `json:"first"`
	Last  time.Time `json:"last"`
}

func (f failureReport) print(w io.Writer) {
	fmt.Fprintf(w, "%-16s %s", "", f.Last.Format(time.DateTime))
	if f.Times > 1 {
		fmt.Fprintf(w, ", %d times since %s", f.Times, f.First.Format(time.DateTime))
	}
	fmt.Fprintf(w, ": %s\n", schema.Sanitize(f.Why))
}

func (p poolReport) print(w io.Writer) {
	fmt.Fprintf(w, "%-16s %d waiting; %d ready, %d busy, %d starting of at most %d\n", p.Flavour, p.Waiting, p.Ready, p.Busy, p.Starting, p.Max)
	if p.Failure != "" {
		fmt.Fprintf(w, "%-16s last failure: %s\n", "", schema.Sanitize(p.Failure))
	}
}

// pools is what only a running server knows.
func (o *operator) pools(ctx context.Context, _ none) ([]poolReport, error) {
	if o.live == nil {
		return nil, errNotServing()
	}
	states, err := o.live.pools(ctx)
	reports := make([]poolReport, 0, len(states))
	for _, p := range states {
		reports = append(reports, newPoolReport(p))
	}
	return reports, err
}

func errNotServing() error {
	return schema.Errorf(schema.CodeUnavailable, "no server runs on this data directory; start it first: grader serve")
}

func newPoolReport(p scheduler.PoolState) poolReport {
	report := poolReport{
		Flavour: p.Flavour.Name, Wanted: p.Wanted, Starting: p.Starting, Ready: p.Ready, Busy: p.Busy, Warm: p.Flavour.Warm,
		Max: p.Flavour.Max, Waiting: p.Waiting, Reason: p.Reason, Changed: p.Changed, Failure: p.Failure,
	}
	for _, f := range p.Failures {
		report.Failures = append(report.Failures, failureReport(f))
	}
	return report
}
