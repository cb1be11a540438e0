package command

import (
	"cmp"
	"io/fs"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/grader/grader/imports"
	"github.com/grader/grader/imports/gradescope"
	"github.com/grader/grader/schema"
)

func importGradescopeCommand() *cli.Command {
	return &cli.Command{
		Name:      "gradescope",
		Usage:     "an autograder of Gradescope",
		ArgsUsage: "ZIP|DIR",
		Description: "The autograder runs in its layout behind the sandbox. If its setup.sh needs something that a\n" +
			"runner image lacks, the server runs setup.sh once in Docker, and each grading in a container of\n" +
			"the result. With --image-has-it setup.sh is never run.\n\n" +
			"Example: grader import gradescope autograder.zip -o a1-tests --points 20 --solution a1-solution",
		Flags: []cli.Flag{
			outputFlag(),
			&cli.StringFlag{Name: "points", Usage: "what the assignment is worth at Gradescope: the `POINTS` of all its tests"},
			&cli.StringFlag{Name: "title", Usage: "`TITLE` of the assignment; default: the name of ZIP or DIR"},
			&cli.DurationFlag{Name: "timeout", Usage: "`TIME` that a run may take", Value: 10 * time.Minute},
			&cli.StringFlag{Name: "solution", Usage: "`DIR` with a submission that must score full marks"},
			&cli.BoolFlag{Name: "image-has-it", Usage: "do not have setup.sh run: the runner image has what it installs"},
		},
		OnUsageError: misuse,
		Action:       importGradescope,
	}
}

func importGradescope(c *cli.Context) error {
	from, to, err := importArguments(c, "ZIP|DIR")
	if err != nil {
		return err
	}
	if points, err := schema.ParsePoints(c.String("points")); err != nil || points.Sign() <= 0 {
		return schema.Errorf(schema.CodeInvalid, "say what the assignment is worth at Gradescope, as in --points 20: the package does not")
	}
	timeout := c.Duration("timeout")
	if timeout < time.Second || timeout > time.Hour || timeout%time.Second != 0 {
		return schema.Errorf(schema.CodeInvalid, "--timeout %s: write whole seconds or minutes, at most 1h", timeout)
	}
	options := gradescope.Options{Points: imports.Number(c.String("points")), Timeout: timeout, Force: c.Bool("image-has-it")}
	return withPackage(c, from, to, "Gradescope autograder", func(p *imports.Package, sample fs.FS) (*imports.Bundle, error) {
		options.Sample = sample
		return gradescope.Import(p.FS, cmp.Or(c.String("title"), p.Name), options)
	})
}
