package command

import (
	"github.com/urfave/cli/v2"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/internal/service"
	"github.com/grader/grader/schema"
)

func adminGradesCommand() *cli.Command {
	return &cli.Command{
		Name:         "grades",
		Usage:        "list the grades of a course: which submission counts, and what it is worth",
		ArgsUsage:    "COURSE",
		Description:  "Example: grader admin grades comp2402 --owner alice --json",
		Flags:        []cli.Flag{&cli.StringFlag{Name: "owner", Usage: "only those of `LOGIN`, or of a team"}, jsonFlag()},
		OnUsageError: misuse,
		Action: func(c *cli.Context) error {
			args, err := arguments(c, "COURSE")
			if err != nil {
				return err
			}
			all, err := callAdmin[[]schema.Grade](c, "grades", service.GradeArgs{Course: args[0], Owner: c.String("owner")})
			if err != nil {
				return err
			}
			return reply(c).Grades(all)
		},
	}
}

func adminAdjustCommand() *cli.Command {
	return &cli.Command{
		Name:      "adjust",
		Usage:     "add points to a student's grade, or take them off",
		ArgsUsage: "COURSE/ASSIGNMENT LOGIN POINTS",
		Description: "The student reads the points and the reason. adjustments lists and removes them.\n\n" +
			"Examples:\n  grader admin adjust comp2402/a1 alice +2 --reason \"good comments\"\n  grader admin adjust comp2402/a1 alice -1/2 --reason \"no header\"",
		Flags:        []cli.Flag{&cli.StringFlag{Name: "reason", Usage: "why; the student reads it (needed)"}, jsonFlag()},
		OnUsageError: misuse,
		Action: func(c *cli.Context) error {
			args, err := arguments(c, "COURSE/ASSIGNMENT", "LOGIN", "POINTS")
			if err != nil {
				return err
			}
			a := service.GradeArgs{Owner: args[1], Points: args[2], Reason: c.String("reason")}
			if a.Course, a.Assignment, err = classroom.ParseAssignment(args[0]); err != nil {
				return err
			}
			added, err := callAdmin[schema.Adjustment](c, "adjust", a)
			if err != nil {
				return err
			}
			return reply(c).Adjustments([]schema.Adjustment{added})
		},
	}
}

func adminAdjustmentsCommand() *cli.Command {
	return &cli.Command{
		Name:         "adjustments",
		Usage:        "list the adjustments of an assignment, or remove one",
		ArgsUsage:    "COURSE/ASSIGNMENT",
		Description:  "Examples:\n  grader admin adjustments comp2402/a1 --json\n  grader admin adjustments comp2402/a1 --remove 7",
		Flags:        []cli.Flag{&cli.Int64Flag{Name: "remove", Usage: "remove the adjustment with this `ID`"}, jsonFlag()},
		OnUsageError: misuse,
		Action: func(c *cli.Context) error {
			args, err := arguments(c, "COURSE/ASSIGNMENT")
			if err != nil {
				return err
			}
			a := service.GradeArgs{ID: c.Int64("remove")}
			if a.Course, a.Assignment, err = classroom.ParseAssignment(args[0]); err != nil {
				return err
			}
			if a.ID != 0 {
				removed, err := callAdmin[schema.Adjustment](c, "adjustment.end", a)
				if err != nil {
					return err
				}
				return reply(c).AdjustmentEnded(removed)
			}
			all, err := callAdmin[[]schema.Adjustment](c, "adjustments", a)
			if err != nil {
				return err
			}
			return reply(c).Adjustments(all)
		},
	}
}

func adminLateDaysCommand() *cli.Command {
	return &cli.Command{
		Name:         "late-days",
		Usage:        "set how many late days each student of a course has",
		ArgsUsage:    "COURSE",
		Description:  "Assignments that accept them say tokens in their late policy.\n\nExample: grader admin late-days comp2402 --set 4",
		Flags:        []cli.Flag{&cli.IntFlag{Name: "set", Usage: "the `NUMBER` of late days (needed)"}},
		OnUsageError: misuse,
		Action: func(c *cli.Context) error {
			args, err := arguments(c, "COURSE")
			if err != nil {
				return err
			}
			if err := needed(c, "set"); err != nil {
				return err
			}
			_, err = callAdmin[service.None](c, "late-days", service.GradeArgs{Course: args[0], LateDays: c.Int("set")})
			return err
		},
	}
}
