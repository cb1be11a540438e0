package command

import (
	"time"

	"github.com/urfave/cli/v2"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/internal/service"
	"github.com/grader/grader/schema"
)

func adminTestsCommand() *cli.Command {
	return &cli.Command{
		Name:         "tests",
		Usage:        "versions of an assignment's tests",
		OnUsageError: misuse,
		Action:       noSubcommand,
		Subcommands: []*cli.Command{{
			Name:         "list",
			Usage:        "list the versions, newest first",
			ArgsUsage:    "COURSE/ASSIGNMENT",
			Description:  "Example: grader admin tests list comp2402/a1 --json",
			Flags:        []cli.Flag{jsonFlag()},
			OnUsageError: misuse,
			Action: func(c *cli.Context) error {
				args, err := arguments(c, "COURSE/ASSIGNMENT")
				if err != nil {
					return err
				}
				a := service.TestsArgs{}
				if a.Course, a.Assignment, err = classroom.ParseAssignment(args[0]); err != nil {
					return err
				}
				all, err := callAdmin[[]schema.TestsVersion](c, "tests", a)
				if err != nil {
					return err
				}
				return reply(c).Tests(all, time.Local)
			},
		}, {
			Name:      "activate",
			Usage:     "make an earlier version active again",
			ArgsUsage: "COURSE/ASSIGNMENT [NUMBER]",
			Description: "Without NUMBER it is the one that was active before. What was graded keeps its results.\n\n" +
				"Example: grader admin tests activate comp2402/a1 3",
			Flags:        []cli.Flag{jsonFlag()},
			OnUsageError: misuse,
			Action:       adminTestsActivate,
		}},
	}
}

func adminTestsActivate(c *cli.Context) error {
	if c.NArg() < 1 || c.NArg() > 2 {
		return schema.Errorf(schema.CodeInvalid, "usage: %s %s; see --help", c.Command.HelpName, c.Command.ArgsUsage)
	}
	var a service.TestsArgs
	var err error
	if a.Course, a.Assignment, err = classroom.ParseAssignment(c.Args().Get(0)); err != nil {
		return err
	}
	if c.NArg() == 2 {
		if a.Number, err = classroom.ParseVersion(c.Args().Get(1)); err != nil {
			return err
		}
	}
	done, err := callAdmin[schema.ActivatedTests](c, "tests.activate", a)
	if err != nil {
		return err
	}
	return reply(c).Activated(done)
}
