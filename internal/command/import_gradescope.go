package command

import (
	"fmt"
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
		Description: "The autograder runs in its layout behind the sandbox. Its setup.sh is not run: what it\n" +
			"installs must be in the runner image, and what is missing there is named.\n\n" +
			"Example: grader import gradescope autograder.zip -o a1-tests --points 20 --solution a1-solution",
		Flags: []cli.Flag{
			outputFlag(),
			&cli.StringFlag{Name: "points", Usage: "what the assignment is worth at Gradescope: the `POINTS` of all its tests"},
			&cli.StringFlag{Name: "title", Usage: "`TITLE` of the assignment; default: the name of ZIP or DIR"},
			&cli.DurationFlag{Name: "timeout", Usage: "`TIME` that a run may take", Value: 10 * time.Minute},
			&cli.StringFlag{Name: "solution", Usage: "`DIR` with a submission that must score full marks"},
			&cli.BoolFlag{Name: "image-has-it", Usage: "import although setup.sh needs what a bare runner image lacks"},
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
	if dir := c.String("solution"); dir != "" {
		solution, err := imports.Open(dir)
		if err != nil {
			return err
		}
		defer func() { _ = solution.Close() }()
		options.Sample = solution.FS
	}
	p, err := imports.Open(from)
	if err != nil {
		return err
	}
	defer func() { _ = p.Close() }()
	title := c.String("title")
	if title == "" {
		title = p.Name
	}
	bundle, err := gradescope.Import(p.FS, title, options)
	if err != nil {
		return err
	}
	if err := bundle.WriteTo(to, fmt.Sprintf("Imported from the Gradescope autograder %q.", p.Name)); err != nil {
		return err
	}
	importSummary(c, bundle, to)
	return nil
}
