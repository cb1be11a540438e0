package command

import (
	"github.com/urfave/cli/v2"

	"github.com/grader/grader/internal/service"
	"github.com/grader/grader/schema"
)

func adminEnrolCommand() *cli.Command {
	return &cli.Command{
		Name:        "enrol",
		Usage:       "give a person a role in a course",
		ArgsUsage:   "CODE LOGIN",
		Description: "Example: grader admin enrol comp2402 alice --role student",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "role", Usage: "`ROLE`: student, ta or instructor (needed)"},
			&cli.StringFlag{Name: "section", Usage: "the `SECTION` that they are in, such as L1; without the flag it stays"},
		},
		OnUsageError: misuse,
		Action: func(c *cli.Context) error {
			args, err := arguments(c, "CODE", "LOGIN")
			if err != nil {
				return err
			}
			if err := needed(c, "role"); err != nil {
				return err
			}
			a := service.EnrolArgs{Course: args[0], Login: args[1], Role: c.String("role")}
			if c.IsSet("section") {
				section := c.String("section")
				a.Section = &section
			}
			_, err = callAdmin[service.None](c, "enrol", a)
			return err
		},
	}
}

func adminUnenrolCommand() *cli.Command {
	return &cli.Command{
		Name:         "unenrol",
		Usage:        "end a person's enrolment in a course; their work stays",
		ArgsUsage:    "CODE LOGIN",
		Description:  "Their open sessions and live pages in the course end.\n\nExample: grader admin unenrol comp2402 alice",
		OnUsageError: misuse,
		Action: func(c *cli.Context) error {
			args, err := arguments(c, "CODE", "LOGIN")
			if err != nil {
				return err
			}
			_, err = callAdmin[service.None](c, "unenrol", service.EnrolArgs{Course: args[0], Login: args[1]})
			return err
		},
	}
}

func adminRosterCommand() *cli.Command {
	return &cli.Command{
		Name:         "roster",
		Usage:        "list the people of a course and their roles, or import a roster",
		ArgsUsage:    "CODE",
		Description:  "Example: grader admin roster comp2402 --json",
		Flags:        []cli.Flag{jsonFlag()},
		OnUsageError: misuse,
		Subcommands:  []*cli.Command{adminRosterImportCommand()},
		Action: func(c *cli.Context) error {
			args, err := arguments(c, "CODE")
			if err != nil {
				return err
			}
			all, err := callAdmin[[]schema.Enrolment](c, "roster", service.EnrolArgs{Course: args[0]})
			if err != nil {
				return err
			}
			return reply(c).Roster(all)
		},
	}
}
