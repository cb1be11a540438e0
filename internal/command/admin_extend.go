package command

import (
	"github.com/urfave/cli/v2"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/internal/service"
	"github.com/grader/grader/schema"
)

func adminExtendCommand() *cli.Command {
	return &cli.Command{
		Name:      "extend",
		Usage:     "give one student more time for an assignment",
		ArgsUsage: "COURSE/ASSIGNMENT LOGIN",
		Description: "It may be granted at any time: earlier pushes are judged anew, and those kept after the end are graded.\n\n" +
			"Examples:\n  grader admin extend comp2402/a1 alice --by 2d --reason \"ill\"\n  grader admin extend comp2402/a1 alice --due \"2026-10-01 18:00\"",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "due", Usage: "the new due `TIME`, in the course's time zone"},
			&cli.StringFlag{Name: "by", Usage: "how `LONG`: 2d (calendar days), 36h or 90m (elapsed time)"},
			&cli.StringFlag{Name: "until", Usage: "the new end; without it the end moves as due does"},
			&cli.StringFlag{Name: "reason", Usage: "why, for the audit log"},
			jsonFlag(),
		},
		OnUsageError: misuse,
		Action: func(c *cli.Context) error {
			args, err := arguments(c, "COURSE/ASSIGNMENT", "LOGIN")
			if err != nil {
				return err
			}
			n := classroom.NewExtension{Owner: args[1], Due: c.String("due"), Until: c.String("until"), Reason: c.String("reason")}
			if n.Course, n.Assignment, err = classroom.ParseAssignment(args[0]); err != nil {
				return err
			}
			if n.Days, n.By, err = classroom.ParseBy(c.String("by")); err != nil {
				return err
			}
			extended, err := callAdmin[classroom.Extended](c, "extend", n)
			if err != nil {
				return err
			}
			return reply(c).Extended(args[0], extended)
		},
	}
}

func adminExtensionsCommand() *cli.Command {
	return &cli.Command{
		Name:         "extensions",
		Usage:        "list the extensions of an assignment, or take one back",
		ArgsUsage:    "COURSE/ASSIGNMENT",
		Description:  "Examples:\n  grader admin extensions comp2402/a1 --json\n  grader admin extensions comp2402/a1 --end 7",
		Flags:        []cli.Flag{&cli.Int64Flag{Name: "end", Usage: "take back the extension with this `ID`"}, jsonFlag()},
		OnUsageError: misuse,
		Action: func(c *cli.Context) error {
			args, err := arguments(c, "COURSE/ASSIGNMENT")
			if err != nil {
				return err
			}
			a := service.GradeArgs{ID: c.Int64("end")}
			if a.Course, a.Assignment, err = classroom.ParseAssignment(args[0]); err != nil {
				return err
			}
			if a.ID != 0 {
				ended, err := callAdmin[schema.GrantedExtension](c, "extension.end", a)
				if err != nil {
					return err
				}
				return reply(c).ExtensionEnded(ended)
			}
			all, err := callAdmin[[]schema.GrantedExtension](c, "extensions", a)
			if err != nil {
				return err
			}
			return reply(c).Extensions(all)
		},
	}
}

func adminOutageCommand() *cli.Command {
	return &cli.Command{
		Name:      "outage",
		Usage:     "record a time in which a course could not submit",
		ArgsUsage: "COURSE",
		Description: "Due and end of every assignment whose due time or late period it touched move by its length, for everybody.\n\n" +
			"Example: grader admin outage comp2402 --start \"2026-09-28 22:00\" --length 90m --reason \"power\"",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "start", Usage: "`TIME` at which it began, in the course's time zone (needed)"},
			&cli.DurationFlag{Name: "length", Usage: "how `LONG` it lasted: 90m (needed)"},
			&cli.StringFlag{Name: "reason", Usage: "why, for the audit log"},
			jsonFlag(),
		},
		OnUsageError: misuse,
		Action: func(c *cli.Context) error {
			args, err := arguments(c, "COURSE")
			if err != nil {
				return err
			}
			if err := needed(c, "start", "length"); err != nil {
				return err
			}
			added, err := callAdmin[service.AddedOutage](c, "outage", classroom.NewOutage{
				Course: args[0], Start: c.String("start"), Length: c.Duration("length"), Reason: c.String("reason"),
			})
			if err != nil {
				return err
			}
			return reply(c).Outage(added.Outage, added.Graded)
		},
	}
}
