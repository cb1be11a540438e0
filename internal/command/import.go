package command

import (
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/grader/grader/imports"
	"github.com/grader/grader/schema"
)

func importCommand() *cli.Command {
	return &cli.Command{
		Name:         "import",
		Usage:        "make a tests repository of another system's package",
		Action:       noCommand,
		OnUsageError: misuse,
		Subcommands:  []*cli.Command{importICPCCommand(), importClassroomCommand(), importGradescopeCommand(), importAutolabCommand(), importMavenCommand(), importGradleCommand(), importOtterCommand()},
	}
}

// outputFlag returns the flag for the directory that an import writes.
func outputFlag() cli.Flag {
	return &cli.StringFlag{Name: "output", Aliases: []string{"o"}, Usage: "`DIR` to write the tests repository into: new or empty"}
}

// importArguments returns the package and the directory to write.
func importArguments(c *cli.Context, what string) (from, to string, err error) {
	args, err := arguments(c, what)
	if err != nil {
		return "", "", err
	}
	if to = c.String("output"); to == "" {
		return "", "", schema.Errorf(schema.CodeInvalid, "name the directory to write, as in %s %s -o a1-tests", c.Command.HelpName, args[0])
	}
	return args[0], to, nil
}

// withPackage calls an import with the opened package from and, if --solution names a directory,
// its files as the sample. It writes the result to the directory to and prints the summary. origin
// is the kind of the package for the note on where the tests come from.
func withPackage(c *cli.Context, from, to, origin string, convert func(p *imports.Package, sample fs.FS) (*imports.Bundle, error)) error {
	var sample fs.FS
	if dir := c.String("solution"); dir != "" {
		solution, err := imports.Open(dir)
		if err != nil {
			return err
		}
		defer func() { _ = solution.Close() }()
		sample = solution.FS
	}
	p, err := imports.Open(from)
	if err != nil {
		return err
	}
	defer func() { _ = p.Close() }()
	bundle, err := convert(p, sample)
	if err != nil {
		return err
	}
	if err := bundle.WriteTo(to, fmt.Sprintf("Imported from the %s %q.", origin, p.Name)); err != nil {
		return err
	}
	importSummary(c, bundle, to)
	return nil
}

// importSummary prints the written files, the parts that were not imported, and the next steps.
func importSummary(c *cli.Context, b *imports.Bundle, to string) {
	cases := 0
	for _, name := range b.Names() {
		if strings.HasPrefix(name, "data/") && filepath.Ext(name) == ".in" {
			cases++
		}
	}
	fmt.Fprintf(c.App.Writer, "%s: %s, %s, %s\n", to, schema.Count(len(b.Assignment.Tests), "test"), schema.Count(cases, "case"), schema.Count(len(b.Assignment.Samples), "sample"))
	for _, n := range b.Notes {
		fmt.Fprintln(c.App.Writer, schema.Sanitize(n.String()))
	}
	if len(b.Notes) > 0 {
		fmt.Fprintf(c.App.Writer, "These notes are in %s too.\n", filepath.Join(to, imports.NotesFile))
	}
	if b.Assignment.Solution != "" {
		fmt.Fprintf(c.App.Writer, "To grade the solution: grader check %s %s\n", to, filepath.Join(to, b.Assignment.Solution))
		return
	}
	if samples := b.Assignment.Samples; len(samples) > 0 {
		fmt.Fprintf(c.App.Writer, "To grade a sample: grader check %s %s\n", to, filepath.Join(to, samples[0].Dir))
	}
}
