package command

import (
	"github.com/urfave/cli/v2"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/classroom/tables"
	"github.com/grader/grader/internal/service"
	"github.com/grader/grader/schema"
)

func adminCommentCommand() *cli.Command {
	return &cli.Command{
		Name:      "comment",
		Usage:     "comment on a submission, or on a line of one of its files",
		ArgsUsage: "COURSE/ASSIGNMENT/OWNER[/N]",
		Description: "Its owners read the comment in log and on the submission's page. Without N it is on the latest.\n\n" +
			"Examples:\n  grader admin comment comp2402/a1/alice/3 --text \"Good names.\"\n  grader admin comment comp2402/a1/alice/3 --file src/List.java --line 12 --text \"This loop never ends.\"",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "text", Usage: "what to say (needed)"},
			&cli.StringFlag{Name: "file", Usage: "a `PATH` in the submission"},
			&cli.IntFlag{Name: "line", Usage: "the `NUMBER` of a line of that file, from 1"},
			jsonFlag(),
		},
		OnUsageError: misuse,
		Action: func(c *cli.Context) error {
			args, err := arguments(c, "COURSE/ASSIGNMENT/OWNER[/N]")
			if err == nil {
				err = needed(c, "text")
			}
			if err != nil {
				return err
			}
			n := classroom.NewComment{File: c.String("file"), Line: c.Int("line"), Text: c.String("text")}
			if n.Submission, err = schema.ParseSubmissionName(args[0]); err != nil {
				return err
			}
			made, err := callAdmin[[]tables.Comment](c, "comment", n)
			if err != nil {
				return err
			}
			return reply(c).Commented(made[0])
		},
	}
}

func adminCommentsCommand() *cli.Command {
	return &cli.Command{
		Name:         "comments",
		Usage:        "list the comments on a submission, or remove one",
		ArgsUsage:    "COURSE/ASSIGNMENT/OWNER[/N]",
		Description:  "Examples:\n  grader admin comments comp2402/a1/alice/3 --json\n  grader admin comments comp2402/a1/alice/3 --remove 7",
		Flags:        []cli.Flag{&cli.Int64Flag{Name: "remove", Usage: "remove the comment with this `ID`"}, jsonFlag()},
		OnUsageError: misuse,
		Action: func(c *cli.Context) error {
			args, err := arguments(c, "COURSE/ASSIGNMENT/OWNER[/N]")
			if err != nil {
				return err
			}
			a := service.CommentArgs{ID: c.Int64("remove")}
			if a.Submission, err = schema.ParseSubmissionName(args[0]); err != nil {
				return err
			}
			if a.ID != 0 {
				removed, err := callAdmin[schema.Comment](c, "comment.remove", a)
				if err != nil {
					return err
				}
				a.Submission.Number = removed.Number
				return reply(c).CommentRemoved(removed, a.Submission)
			}
			all, err := callAdmin[[]tables.Comment](c, "comments", a)
			if err != nil {
				return err
			}
			return reply(c).Comments(all)
		},
	}
}
