package command

import (
	"time"

	"github.com/urfave/cli/v2"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/internal/service"
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
			all, err := everyPage(classroom.SubmissionPage{Assignment: args[0], Login: c.String("login")}, func(page classroom.SubmissionPage) ([]schema.PublicSubmission, error) {
				return callAdmin[[]schema.PublicSubmission](c, "submissions", page)
			})
			if err != nil {
				return err
			}
			return reply(c).Submissions(all)
		},
	}
}

// everyPage reads one page after the other, so that the server never holds more than one.
func everyPage(a classroom.SubmissionPage, read func(classroom.SubmissionPage) ([]schema.PublicSubmission, error)) ([]schema.PublicSubmission, error) {
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
			name, err := schema.ParseSubmissionName(args[0])
			if err != nil || name.Owner != "" || name.Number != 0 {
				return schema.Errorf(schema.CodeInvalid, "%q is not an assignment; use CODE/ASSIGNMENT", args[0])
			}
			name.Owner, name.Number = c.String("login"), c.Int("number")
			_, err = callAdmin[service.None](c, "wait", service.WaitArgs{Name: name, Timeout: c.Duration("timeout")})
			return err
		},
	}
}
