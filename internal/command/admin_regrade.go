package command

import (
	"strconv"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/internal/service"
	"github.com/grader/grader/schema"
)

func adminRegradeCommand() *cli.Command {
	return &cli.Command{
		Name:         "regrade",
		Usage:        "grade submissions again, look at the differences, then apply or discard them",
		OnUsageError: misuse,
		Action:       noSubcommand,
		Subcommands: []*cli.Command{
			adminRegradeCreateCommand(),
			adminRegradeSetCommand("show", "how far a set is, and what it does to each student", "regrade.show"),
			adminRegradeSetCommand("apply", "replace the results and grades of a staged set's students", "regrade.apply"),
			adminRegradeSetCommand("discard", "drop a set that is not applied", "regrade.discard"),
			adminRegradeSetCommand("undo", "restore what an applied set replaced", "regrade.undo"),
		},
	}
}

func adminRegradeCreateCommand() *cli.Command {
	return &cli.Command{
		Name:      "create",
		Usage:     "grade submissions of an assignment again, behind all pushes",
		ArgsUsage: "COURSE/ASSIGNMENT",
		Description: "No student sees anything of it until the set is applied.\n\n" +
			"Example: grader admin regrade create comp2402/a1 --reason \"test 3 was wrong\"",
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "counted", Usage: "each student's submission that counts (default)"},
			&cli.BoolFlag{Name: "latest", Usage: "each student's latest submission"},
			&cli.BoolFlag{Name: "all", Usage: "every submission"},
			&cli.StringSliceFlag{Name: "owner", Usage: "only those of `LOGIN`; may be repeated"},
			&cli.StringFlag{Name: "section", Usage: "only those of a `SECTION`"},
			&cli.IntFlag{Name: "tests-version", Usage: "against this `VERSION` of the tests; without it the active one"},
			&cli.StringFlag{Name: "reason", Usage: "why; students whose grade changes read it"},
			jsonFlag(),
		},
		OnUsageError: misuse,
		Action: func(c *cli.Context) error {
			args, err := arguments(c, "COURSE/ASSIGNMENT")
			if err != nil {
				return err
			}
			n := classroom.NewRegrade{Owners: c.StringSlice("owner"), Section: c.String("section"), Version: c.Int("tests-version"), Reason: c.String("reason")}
			if n.Course, n.Assignment, err = classroom.ParseAssignment(args[0]); err != nil {
				return err
			}
			if n.Which, err = classroom.ParseWhich(c.Bool("counted"), c.Bool("latest"), c.Bool("all")); err != nil {
				return err
			}
			set, err := callAdmin[schema.Regrade](c, "regrade.create", n)
			if err != nil {
				return err
			}
			return reply(c).RegradeCreated(set)
		},
	}
}

func adminRegradeSetCommand(name, usage, operation string) *cli.Command {
	return &cli.Command{
		Name:         name,
		Usage:        usage,
		ArgsUsage:    "ID",
		Description:  "Example: grader admin regrade " + name + " 7 --json",
		Flags:        []cli.Flag{&cli.BoolFlag{Name: "wait", Usage: "first wait until every submission is graded"}, jsonFlag()},
		OnUsageError: misuse,
		Action: func(c *cli.Context) error {
			args, err := arguments(c, "ID")
			if err != nil {
				return err
			}
			id, err := strconv.ParseInt(args[0], 10, 64)
			if err != nil {
				return schema.Errorf(schema.CodeInvalid, "%q is not the number of a regrade set", args[0])
			}
			if c.Bool("wait") {
				if err := waitRegrade(c, id); err != nil {
					return err
				}
			}
			report, err := callAdmin[classroom.RegradeReport](c, operation, service.RegradeArgs{ID: id})
			if err != nil {
				return err
			}
			return reply(c).Regrade(report)
		},
	}
}

// waitRegrade polls until all jobs of the set have ended.
func waitRegrade(c *cli.Context, id int64) error {
	for {
		report, err := callAdmin[classroom.RegradeReport](c, "regrade.show", service.RegradeArgs{ID: id})
		if err != nil || report.Set.State != schema.RegradeRunning {
			return err
		}
		select {
		case <-c.Done():
			return c.Err()
		case <-time.After(500 * time.Millisecond):
		}
	}
}
