package command

import (
	"github.com/urfave/cli/v2"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/internal/service"
	"github.com/grader/grader/schema"
)

func adminSubmitForCommand() *cli.Command {
	return &cli.Command{
		Name:      "submit-for",
		Usage:     "hand in a commit for a student or a team",
		ArgsUsage: "COURSE/ASSIGNMENT OWNER COMMIT",
		Description: "The owner pushed the commit before, as a submission or a try, or staff pushed it as a try-out. It becomes\n" +
			"the owner's next submission; they read who handed it in, and why.\n\n" +
			"Example: grader admin submit-for comp2402/a1 alice 3f9a2c1 --received \"2026-09-28 23:50\" --reason \"mailed before the due time\"",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "reason", Usage: "why; the owner reads it (needed)"},
			&cli.StringFlag{Name: "received", Usage: "the local `TIME` at which it is taken to have been received; otherwise now"},
			jsonFlag(),
		},
		OnUsageError: misuse,
		Action: func(c *cli.Context) error {
			args, err := arguments(c, "COURSE/ASSIGNMENT", "OWNER", "COMMIT")
			if err == nil {
				err = needed(c, "reason")
			}
			if err != nil {
				return err
			}
			n := classroom.NewHandIn{Owner: args[1], Commit: args[2], Received: c.String("received"), Reason: c.String("reason")}
			if n.Course, n.Assignment, err = classroom.ParseAssignment(args[0]); err != nil {
				return err
			}
			done, err := callAdmin[service.HandedIn](c, "submit-for", n)
			if err != nil {
				return err
			}
			zone, err := schema.LoadZone(done.Zone)
			if err != nil {
				return err
			}
			return reply(c).HandedIn(done.Submission, zone)
		},
	}
}
