package command

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/urfave/cli/v2"

	"github.com/grader/grader/schema"
)

//go:embed starters/*.txtar
var starters embed.FS

// initLanguages are those that `grader init` knows.
func initLanguages() []string { return []string{"c", "cpp", "java", "python", "go", "javascript"} }

func initCommand() *cli.Command {
	return &cli.Command{
		Name:      "init",
		Usage:     "write a tests repository to begin with",
		ArgsUsage: strings.Join(initLanguages(), "|") + " DIR",
		Description: "It passes its own gate: a starter, a solution, a sample that is half right, cases, and unit tests\n" +
			"with the language's framework.\n\n" +
			"Example: grader init python a1-tests && grader check a1-tests a1-tests/solution",
		OnUsageError: misuse,
		Action:       initTests,
	}
}

func initTests(c *cli.Context) error {
	args, err := arguments(c, "LANGUAGE", "DIR")
	if err != nil {
		return err
	}
	language, dir := args[0], args[1]
	source, err := starters.ReadFile("starters/" + language + ".txtar")
	if err != nil {
		return schema.Errorf(schema.CodeInvalid, "there is no language %q; write one of %s", language, strings.Join(initLanguages(), ", "))
	}
	if entries, err := os.ReadDir(dir); err == nil && len(entries) > 0 {
		return schema.Errorf(schema.CodeConflict, "%s is not empty; name a new directory", dir)
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return schema.Wrapf(schema.CodeInvalid, err, "%s", err)
	}
	archive := txtar.Parse(source)
	for _, f := range archive.Files {
		name := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return fmt.Errorf("init: %w", err)
		}
		if err := os.WriteFile(name, f.Data, 0o644); err != nil {
			return fmt.Errorf("init: %w", err)
		}
	}
	fmt.Fprintf(c.App.Writer, "%s: %s\n", dir, schema.Count(len(archive.Files), "file"))
	fmt.Fprintf(c.App.Writer, "To grade the solution: grader check %s %s\n", dir, filepath.Join(dir, "solution"))
	fmt.Fprintf(c.App.Writer, "To hand it to students, commit it and push it to COURSE/ASSIGNMENT/tests.\n")
	return nil
}
