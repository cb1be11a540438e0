package command

import (
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/grader/grader/imports"
	"github.com/grader/grader/imports/autolab"
	"github.com/grader/grader/schema"
)

func importAutolabCommand() *cli.Command {
	return &cli.Command{
		Name:      "autolab",
		Usage:     "a lab of Autolab",
		ArgsUsage: "ZIP|DIR",
		Description: "The lab's autograde-Makefile and autograde.tar run as they are, behind the sandbox; the last line\n" +
			"that they print has the scores. The problems of NAME.yml say what the lab is worth.\n\n" +
			"Example: grader import autolab hello -o hello-tests",
		Flags: []cli.Flag{
			outputFlag(),
			&cli.StringFlag{Name: "title", Usage: "`TITLE` of the assignment; default: the lab's display_name"},
			&cli.StringFlag{Name: "solution", Usage: "`DIR` with a submission that must score full marks; default: the lab's src, if the handin is there"},
		},
		OnUsageError: misuse,
		Action:       importAutolab,
	}
}

func importAutolab(c *cli.Context) error {
	from, to, err := importArguments(c, "ZIP|DIR")
	if err != nil {
		return err
	}
	if strings.HasSuffix(from, ".tar") {
		return schema.Errorf(schema.CodeInvalid, "%s is an archive that is not read; unpack it first: tar xf %s", from, from)
	}
	options := autolab.Options{Title: c.String("title")}
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
	bundle, err := autolab.Import(p.FS, options)
	if err != nil {
		return err
	}
	if err := bundle.WriteTo(to, fmt.Sprintf("Imported from the lab of Autolab %q.", p.Name)); err != nil {
		return err
	}
	importSummary(c, bundle, to)
	return nil
}
