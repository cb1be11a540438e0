package command

import (
	"fmt"
	"slices"

	"github.com/urfave/cli/v2"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/internal/service"
	"github.com/grader/grader/schema"
)

func adminCourseCommand() *cli.Command {
	return &cli.Command{
		Name:         "course",
		Usage:        "courses",
		OnUsageError: misuse,
		Action:       noSubcommand,
		Subcommands: []*cli.Command{{
			Name:        "add",
			Usage:       "create a course",
			ArgsUsage:   "CODE",
			Description: "Example: grader admin course add comp2402 --title \"Data Structures\" --timezone America/Toronto",
			Flags: []cli.Flag{
				&cli.StringFlag{Name: "title", Usage: "`TITLE` shown to people (needed)"},
				&cli.StringFlag{Name: "timezone", Usage: "IANA `NAME` of the zone of its local times", Value: "UTC"},
				&cli.StringFlag{Name: "flavour", Usage: "default `FLAVOUR` of its assignments", Value: "standard"},
				&cli.StringSliceFlag{Name: "allow-flavour", Usage: "`FLAVOUR` that an assignment may name instead; may be given again"},
			},
			OnUsageError: misuse,
			Action:       adminCourseAdd,
		}, {
			Name:        "set",
			Usage:       "change which runners a course uses; other settings stay",
			ArgsUsage:   "CODE",
			Description: "Example: grader admin course set comp2402 --allow-flavour large",
			Flags: []cli.Flag{
				&cli.StringFlag{Name: "flavour", Usage: "default `FLAVOUR` of its assignments, from the next push on"},
				&cli.StringSliceFlag{Name: "allow-flavour", Usage: "`FLAVOUR` that an assignment may name instead; may be given again, and '' allows none"},
			},
			OnUsageError: misuse,
			Action:       adminCourseSet,
		}, {
			Name:         "list",
			Usage:        "list the courses",
			OnUsageError: misuse,
			Action:       adminCourseList,
		}},
	}
}

func adminCourseAdd(c *cli.Context) error {
	args, err := arguments(c, "CODE")
	if err != nil {
		return err
	}
	if err := needed(c, "title"); err != nil {
		return err
	}
	_, err = callAdmin[service.None](c, "course.add", classroom.NewCourse{
		Code: args[0], Title: c.String("title"), Zone: c.String("timezone"), Flavour: c.String("flavour"),
		Others: flavourNames(c),
	})
	return err
}

// flavourNames returns the flavours of --allow-flavour.
func flavourNames(c *cli.Context) []string {
	return slices.DeleteFunc(c.StringSlice("allow-flavour"), func(name string) bool { return name == "" })
}

func adminCourseSet(c *cli.Context) error {
	args, err := arguments(c, "CODE")
	if err != nil {
		return err
	}
	change := classroom.CourseChange{Code: args[0]}
	if c.IsSet("flavour") {
		name := c.String("flavour")
		change.Flavour = &name
	}
	if c.IsSet("allow-flavour") {
		names := flavourNames(c)
		change.Others = &names
	}
	if change.Flavour == nil && change.Others == nil {
		return schema.Errorf(schema.CodeInvalid, "nothing to change; see %s --help", c.Command.HelpName)
	}
	_, err = callAdmin[service.None](c, "course.set", change)
	return err
}

func adminCourseList(c *cli.Context) error {
	courses, err := callAdmin[[]schema.Course](c, "courses", service.None{})
	if err != nil {
		return err
	}
	for _, course := range courses {
		fmt.Fprintf(c.App.Writer, "%-20s %s\n", course.Code, schema.Sanitize(course.Title))
	}
	return nil
}

func adminLoginLinkCommand() *cli.Command {
	return &cli.Command{
		Name:         "login-link",
		Usage:        "print a one-time link that signs a browser in as a person",
		ArgsUsage:    "LOGIN",
		Description:  "Example: grader admin login-link alice",
		OnUsageError: misuse,
		Action: func(c *cli.Context) error {
			args, err := arguments(c, "LOGIN")
			if err != nil {
				return err
			}
			link, err := callAdmin[string](c, "login-link", service.AccountArgs{Login: args[0]})
			if err != nil {
				return err
			}
			fmt.Fprintln(c.App.Writer, link)
			return nil
		},
	}
}
