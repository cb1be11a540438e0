package main

import (
	"context"
	"fmt"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/grader/grader/schema"
)

func adminSubmissionsCommand() *cli.Command {
	return &cli.Command{
		Name:        "submissions",
		Usage:       "list the submissions of an assignment with their verdicts, oldest first",
		ArgsUsage:   "CODE/ASSIGNMENT",
		Description: "Example: grader admin submissions comp2402/a1 --login alice --json",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "login", Usage: "only those of `LOGIN`"},
			&cli.BoolFlag{Name: "json", Usage: "print a JSON array"},
		},
		OnUsageError: misuse,
		Action: func(c *cli.Context) error {
			args, err := arguments(c, "CODE/ASSIGNMENT")
			if err != nil {
				return err
			}
			all, err := everyPage(submissionsArgs{Assignment: args[0], Login: c.String("login")}, func(page submissionsArgs) ([]schema.PublicSubmission, error) {
				return callAdmin[[]schema.PublicSubmission](c, "submissions", page)
			})
			if err != nil {
				return err
			}
			if c.Bool("json") {
				return printJSON(c.App.Writer, all)
			}
			for _, s := range all {
				fmt.Fprintf(c.App.Writer, "%-40s %-10s %-20s %s / %s\n", s.Name, s.State, s.Outcome, s.Score, s.MaxScore)
			}
			return nil
		},
	}
}

// everyPage reads page after page, so that the server never holds more than one.
func everyPage(a submissionsArgs, read func(submissionsArgs) ([]schema.PublicSubmission, error)) ([]schema.PublicSubmission, error) {
	all := []schema.PublicSubmission{}
	for {
		page, err := read(a)
		if err != nil || len(page) == 0 {
			return all, err
		}
		all = append(all, page...)
		a.After = page[len(page)-1].Name
	}
}

func adminWaitCommand() *cli.Command {
	return &cli.Command{
		Name:        "wait",
		Usage:       "wait until a submission has ended",
		ArgsUsage:   "CODE/ASSIGNMENT",
		Description: "Exit status 0 once it has ended, 1 when the time ran out.\n\nExample: grader admin wait comp2402/a1 --login alice --number 3 --timeout 60s",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "login", Usage: "whose: a `LOGIN`"},
			&cli.IntFlag{Name: "number", Usage: "which: the `N` of CODE/ASSIGNMENT/LOGIN/N; it may still be to come"},
			&cli.DurationFlag{Name: "timeout", Usage: "`DURATION` to wait at most", Value: time.Minute},
		},
		OnUsageError: misuse,
		Action: func(c *cli.Context) error {
			args, err := arguments(c, "CODE/ASSIGNMENT")
			if err != nil {
				return err
			}
			if err := needed(c, "login", "number"); err != nil {
				return err
			}
			_, err = callAdmin[none](c, "wait", waitArgs{Assignment: args[0], Login: c.String("login"), Number: c.Int("number"), Timeout: c.Duration("timeout")})
			return err
		},
	}
}

type waitArgs struct {
	Assignment, Login string
	Number            int
	Timeout           time.Duration
}

// waitPoll is how often a submission that is still to come is looked for.
const waitPoll = 100 * time.Millisecond

// wait waits for a submission to come, then watches its job to the end.
func (o *operator) wait(ctx context.Context, a waitArgs) (none, error) {
	if a.Number < 1 {
		return none{}, schema.Errorf(schema.CodeInvalid, "number %d: submissions count from 1", a.Number)
	}
	work, err := o.assignment(ctx, a.Assignment)
	if err != nil {
		return none{}, err
	}
	name := schema.SubmissionName{Course: work.Course.Code, Assignment: work.Name, Owner: a.Login, Number: a.Number}
	ctx, cancel := context.WithTimeoutCause(ctx, a.Timeout,
		schema.Errorf(schema.CodeUnavailable, "%s has not ended within %s", name, a.Timeout))
	defer cancel()
	for {
		ended, err := o.waitOnce(ctx, name)
		if ended || err != nil {
			return none{}, err
		}
		select {
		case <-ctx.Done():
			return none{}, context.Cause(ctx)
		case <-time.After(waitPoll):
		}
	}
}

// waitOnce looks once, and where there is a running job watches it to its end.
func (o *operator) waitOnce(ctx context.Context, name schema.SubmissionName) (bool, error) {
	s, err := o.store.Submission(ctx, name)
	switch {
	case schema.CodeOf(err) == schema.CodeNotFound:
		return false, nil
	case err != nil:
		return false, err
	case s.Job.State.Ended():
		return true, nil
	case o.live == nil:
		return false, schema.Errorf(schema.CodeUnavailable, "%s is %s, and no server runs on this data directory", name, s.Job.State)
	}
	events, err := o.live.watch(ctx, s.Job.ID, 0)
	if err != nil {
		return false, err
	}
	for range events { // the channel closes at the job's end, at ours, or when we are slow
		continue
	}
	return false, context.Cause(ctx)
}
