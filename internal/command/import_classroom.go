package command

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/grader/grader/imports"
	"github.com/grader/grader/imports/classroom"
	"github.com/grader/grader/schema"
)

// maxClassroomFile is the maximum size of a file with tests, in bytes.
const maxClassroomFile = 1 << 20

func importClassroomCommand() *cli.Command {
	return &cli.Command{
		Name:      "classroom",
		Usage:     "a repository, an autograding.json or a workflow of GitHub Classroom",
		ArgsUsage: "DIR|FILE",
		Description: "Of a repository, everything but .github becomes the starter. Rosters of GitHub Classroom\n" +
			"are read by grader admin roster import.\n\n" +
			"Example: grader import classroom a1-template -o a1-tests --solution a1-solution",
		Flags: []cli.Flag{
			outputFlag(),
			&cli.StringFlag{Name: "title", Usage: "`TITLE` of the assignment; default: the name of DIR or FILE"},
			&cli.StringFlag{Name: "solution", Usage: "`DIR` with a solution, which must score full marks"},
		},
		OnUsageError: misuse,
		Action:       importClassroom,
	}
}

func importClassroom(c *cli.Context) error {
	from, to, err := importArguments(c, "DIR|FILE")
	if err != nil {
		return err
	}
	var options classroom.Options
	if dir := c.String("solution"); dir != "" {
		p, err := imports.Open(dir)
		if err != nil {
			return err
		}
		defer func() { _ = p.Close() }()
		options.Solution = p.FS
	}
	bundle, closes, err := readClassroom(from, c.String("title"), options)
	if err != nil {
		return err
	}
	defer closes()
	if err := bundle.WriteTo(to, fmt.Sprintf("Imported from GitHub Classroom (%s).", filepath.Base(from))); err != nil {
		return err
	}
	importSummary(c, bundle, to)
	return nil
}

// readClassroom reads a repository or a single file. The result is valid until closes is called.
func readClassroom(from, title string, options classroom.Options) (b *imports.Bundle, closes func(), err error) {
	info, err := os.Stat(from)
	if err != nil {
		return nil, nil, schema.Wrapf(schema.CodeNotFound, err, "%s", err)
	}
	absolute, err := filepath.Abs(from)
	if err != nil {
		return nil, nil, err
	}
	if title == "" {
		title = strings.TrimSuffix(filepath.Base(absolute), filepath.Ext(absolute))
	}
	if !info.IsDir() && filepath.Ext(from) != ".zip" {
		content, err := imports.ReadText(os.DirFS(filepath.Dir(absolute)), filepath.Base(absolute), maxClassroomFile)
		if err != nil {
			return nil, nil, err
		}
		b, err = classroom.ImportFile(filepath.Base(from), title, content, options)
		return b, func() {}, err
	}
	p, err := imports.Open(from)
	if err != nil {
		return nil, nil, err
	}
	if b, err = classroom.Import(p.FS, title, options); err != nil {
		_ = p.Close()
		return nil, nil, err
	}
	return b, func() { _ = p.Close() }, nil
}
