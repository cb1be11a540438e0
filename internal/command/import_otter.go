package command

import (
	"io/fs"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/grader/grader/imports"
	"github.com/grader/grader/imports/otter"
	"github.com/grader/grader/schema"
)

func importOtterCommand() *cli.Command {
	return &cli.Command{
		Name:      "otter",
		Usage:     "an autograder of otter-grader",
		ArgsUsage: "ZIP|DIR",
		Description: "Its test files run against the student's notebook or script, without otter-grader and Jupyter.\n" +
			"Import the zip file that otter generate or otter assign writes.\n\n" +
			"Example: grader import otter autograder.zip -o hw1-tests --points 10 --solution hw1-solution",
		Flags: []cli.Flag{
			outputFlag(),
			&cli.StringFlag{Name: "points", Usage: "what all test files are worth together: `POINTS`; default: points_possible"},
			&cli.StringFlag{Name: "title", Usage: "`TITLE` of the assignment; default: assignment_name, or the name of ZIP or DIR"},
			&cli.DurationFlag{Name: "timeout", Usage: "`TIME` that a run may take", Value: 10 * time.Minute},
			&cli.StringFlag{Name: "solution", Usage: "`DIR` with a submission that must score full marks"},
		},
		OnUsageError: misuse,
		Action:       importOtter,
	}
}

func importOtter(c *cli.Context) error {
	from, to, err := importArguments(c, "ZIP|DIR")
	if err != nil {
		return err
	}
	timeout := c.Duration("timeout")
	if timeout < time.Second || timeout > time.Hour || timeout%time.Second != 0 {
		return schema.Errorf(schema.CodeInvalid, "--timeout %s: write whole seconds or minutes, at most 1h", timeout)
	}
	options := otter.Options{Title: c.String("title"), Points: imports.Number(c.String("points")), Timeout: timeout}
	return withPackage(c, from, to, "otter autograder", func(p *imports.Package, sample fs.FS) (*imports.Bundle, error) {
		options.Sample = sample
		return otter.Import(p.FS, p.Name, options)
	})
}
