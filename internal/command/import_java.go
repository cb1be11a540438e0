package command

import (
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/grader/grader/imports"
	"github.com/grader/grader/imports/javaproject"
	"github.com/grader/grader/schema"
)

func importMavenCommand() *cli.Command {
	return importJavaCommand(javaproject.Maven, "maven", "pom.xml")
}

func importGradleCommand() *cli.Command {
	return importJavaCommand(javaproject.Gradle, "gradle", "build.gradle")
}

func importJavaCommand(tool javaproject.Tool, name, file string) *cli.Command {
	return &cli.Command{
		Name:      name,
		Usage:     "a Java project of " + string(tool) + " with tests of JUnit",
		ArgsUsage: "ZIP|DIR",
		Description: string(tool) + " is not run. javac and JUnit's console launcher run the same sources; " + file + " says\n" +
			"where they are and which libraries they use. What is not carried over is named.\n\n" +
			"Example: grader import " + name + " stack -o stack-tests --solution stack-solution",
		Flags: []cli.Flag{
			outputFlag(),
			&cli.StringFlag{Name: "title", Usage: "`TITLE` of the assignment; default: the project's name"},
			&cli.StringFlag{Name: "module", Usage: "`DIR` of the module to import, below the top; default: the only one with tests"},
			&cli.StringFlag{Name: "solution", Usage: "`DIR` with a project or with sources that must score full marks"},
			&cli.BoolFlag{Name: "solved", Usage: "the project itself must score full marks; students get no sources"},
		},
		OnUsageError: misuse,
		Action:       func(c *cli.Context) error { return importJava(c, tool) },
	}
}

func importJava(c *cli.Context, tool javaproject.Tool) error {
	from, to, err := importArguments(c, "ZIP|DIR")
	if err != nil {
		return err
	}
	options := javaproject.Options{Title: c.String("title"), Module: c.String("module"), Solved: c.Bool("solved")}
	if dir := c.String("solution"); dir != "" {
		if options.Hidden, err = below(from, dir); err != nil {
			return err
		}
	}
	return withPackage(c, from, to, string(tool)+" project", func(p *imports.Package, solution fs.FS) (*imports.Bundle, error) {
		options.Solution = solution
		return javaproject.Import(p.FS, tool, p.Name, options)
	})
}

// below returns the path of dir from the directory from after following links, "" if it is not below it.
func below(from, dir string) (string, error) {
	var absolute [2]string
	for n, name := range []string{from, dir} {
		var err error
		if absolute[n], err = filepath.EvalSymlinks(name); err == nil {
			absolute[n], err = filepath.Abs(absolute[n])
		}
		if err != nil {
			return "", schema.Wrapf(schema.CodeInvalid, err, "%s: %s", name, err)
		}
	}
	inside, found := strings.CutPrefix(absolute[1], absolute[0]+string(filepath.Separator))
	if !found {
		return "", nil
	}
	return filepath.ToSlash(inside), nil
}
