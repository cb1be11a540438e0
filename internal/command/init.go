package command

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/grader/grader/configs"
	"github.com/grader/grader/schema"
)

func initCommand() *cli.Command {
	return &cli.Command{
		Name:      "init",
		Usage:     "write a tests repository to begin with",
		ArgsUsage: strings.Join(configs.StarterLanguages(), "|") + " DIR",
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
	files := configs.Starter(language)
	if files == nil {
		return schema.Errorf(schema.CodeInvalid, "there is no language %q; write one of %s", language, strings.Join(configs.StarterLanguages(), ", "))
	}
	if entries, err := os.ReadDir(dir); err == nil && len(entries) > 0 {
		return schema.Errorf(schema.CodeConflict, "%s is not empty; name a new directory", dir)
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return schema.Wrapf(schema.CodeInvalid, err, "%s", err)
	}
	for _, f := range files {
		name := filepath.Join(dir, filepath.FromSlash(f.Path))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return fmt.Errorf("init: %w", err)
		}
		if err := os.WriteFile(name, f.Data, 0o644); err != nil {
			return fmt.Errorf("init: %w", err)
		}
	}
	fmt.Fprintf(c.App.Writer, "%s: %s\n", dir, schema.Count(len(files), "file"))
	fmt.Fprintf(c.App.Writer, "To grade the solution: grader check %s %s\n", dir, filepath.Join(dir, "solution"))
	fmt.Fprintf(c.App.Writer, "To hand it to students, commit it and push it to COURSE/ASSIGNMENT/tests.\n")
	return nil
}
