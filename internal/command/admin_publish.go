package command

import (
	"github.com/urfave/cli/v2"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/internal/service"
)

func adminPublishCommand() *cli.Command {
	return publishCommand("publish", "show students the tests that are visible: after_publish",
		"Their points are part of what students read from then on. unpublish takes it back.\n\n"+
			"Examples:\n  grader admin publish comp2402/a1\n  grader admin publish comp2402/a1 --section B")
}

func adminUnpublishCommand() *cli.Command {
	return publishCommand("unpublish", "hide what publish has shown",
		"Examples:\n  grader admin unpublish comp2402/a1\n  grader admin unpublish comp2402/a1 --section B")
}

func publishCommand(name, usage, description string) *cli.Command {
	return &cli.Command{
		Name: name, Usage: usage, ArgsUsage: "COURSE/ASSIGNMENT", Description: description,
		Flags:        []cli.Flag{&cli.StringFlag{Name: "section", Usage: "only for the students of `SECTION`"}, jsonFlag()},
		OnUsageError: misuse,
		Action: func(c *cli.Context) error {
			args, err := arguments(c, "COURSE/ASSIGNMENT")
			if err != nil {
				return err
			}
			a := service.PublishArgs{Section: c.String("section")}
			if a.Course, a.Assignment, err = classroom.ParseAssignment(args[0]); err != nil {
				return err
			}
			is, err := callAdmin[classroom.Publication](c, name, a)
			if err != nil {
				return err
			}
			return reply(c).Publication(is)
		},
	}
}
