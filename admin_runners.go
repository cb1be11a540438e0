package main

import (
	"context"
	"fmt"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/grader/grader/schema"
)

func adminRunnersCommand() *cli.Command {
	return &cli.Command{
		Name:         "runners",
		Usage:        "show every runner, where it stands and what it grades",
		Description:  "Needs the running server.\n\nExample: grader admin runners --json",
		Flags:        []cli.Flag{&cli.BoolFlag{Name: "json", Usage: "print a JSON array"}},
		OnUsageError: misuse,
		Action: func(c *cli.Context) error {
			if _, err := arguments(c); err != nil {
				return err
			}
			runners, err := callAdmin[[]runnerReport](c, "runners", none{})
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

// runnerReport is one runner.
type runnerReport struct {
	Runner  string    `json:"runner"`
	Flavour string    `json:"flavour"`
	State   string    `json:"state"` // starting, ready, busy or over
	Since   time.Time `json:"since"`
	Seconds int       `json:"seconds"` // that it has been in the state
	Host    string    `json:"host,omitempty"`
	Image   string    `json:"image,omitempty"`
	Wall    string    `json:"wall,omitempty"`
	Job     int64     `json:"job,omitempty"`
	Name    string    `json:"name,omitempty"` // of what it grades
	Attempt int       `json:"attempt,omitempty"`
}

// runners lists what only a running server knows; a job that is gone has no name.
func (o *operator) runners(ctx context.Context, _ none) ([]runnerReport, error) {
	if o.live == nil {
		return nil, errNotServing()
	}
	states := o.live.runners()
	reports := make([]runnerReport, 0, len(states))
	for _, s := range states {
		r := runnerReport{
			Runner: s.Runner.ID, Flavour: s.Runner.Flavour, State: s.Phase, Since: s.Since, Seconds: int(o.clock().Sub(s.Since).Seconds()),
			Host: s.Runner.Host, Image: s.Runner.Image, Wall: s.Runner.Wall, Job: s.Job,
		}
		if s.Job != 0 {
			subject, err := o.store.Subject(ctx, s.Job)
			if err != nil && schema.CodeOf(err) != schema.CodeNotFound {
				return nil, err
			}
			r.Name, r.Attempt = subject.Name, subject.Job.Attempt
		}
		reports = append(reports, r)
	}
	return reports, nil
}
