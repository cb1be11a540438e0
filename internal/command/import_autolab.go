package command

import (
	"io/fs"
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
			&cli.StringFlag{Name: "solution", Usage: "`DIR` with a submission that must score full marks; default: the lab's src, if the lab has one problem"},
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
	return withPackage(c, from, to, "lab of Autolab", func(p *imports.Package, sample fs.FS) (*imports.Bundle, error) {
		return autolab.Import(p.FS, autolab.Options{Title: c.String("title"), Sample: sample})
	})
}
