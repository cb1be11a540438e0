package command

import (
	"bytes"
	"fmt"
	"os"

	"github.com/urfave/cli/v2"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/internal/service"
)

func adminExportPersonCommand() *cli.Command {
	return &cli.Command{
		Name:      "person",
		Usage:     "write everything that the server knows of a person, as JSON",
		ArgsUsage: "LOGIN",
		Description: "The account, keys, courses, grades, submissions as the person sees them, and the entries of the\n" +
			"audit log. The person's repositories are not in it: fetch COURSE/ASSIGNMENT/students/LOGIN.\n\n" +
			"Example: grader admin export person alice --output alice.json",
		Flags:        []cli.Flag{&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Usage: "write to `FILE`, not to the terminal"}},
		OnUsageError: misuse,
		Action: func(c *cli.Context) error {
			args, err := arguments(c, "LOGIN")
			if err != nil {
				return err
			}
			person, err := callAdmin[classroom.Person](c, "person.export", service.PersonArgs{Login: args[0]})
			if err != nil {
				return err
			}
			if !c.IsSet("output") {
				return printJSON(c.App.Writer, person)
			}
			var out bytes.Buffer
			if err := printJSON(&out, person); err != nil {
				return err
			}
			return os.WriteFile(c.String("output"), out.Bytes(), 0o600)
		},
	}
}

func adminEraseCommand() *cli.Command {
	return &cli.Command{
		Name:      "erase",
		Usage:     "replace a person by an alias everywhere; it cannot be undone",
		ArgsUsage: "LOGIN",
		Description: "Grades and points stay, under the alias. The name, the address, the id, keys, receipts, what the\n" +
			"person's programs printed, and the person's repositories go. Backups keep them.\n\n" +
			"Example: grader admin erase alice",
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "force", Usage: "also while a course still takes the person's work"},
			jsonFlag(),
		},
		OnUsageError: misuse,
		Action: func(c *cli.Context) error {
			args, err := arguments(c, "LOGIN")
			if err != nil {
				return err
			}
			erased, err := callAdmin[classroom.Erased](c, "person.erase", service.PersonArgs{Login: args[0], Force: c.Bool("force")})
			if err != nil {
				return err
			}
			if c.Bool("json") {
				return printJSON(c.App.Writer, erased)
			}
			fmt.Fprintf(c.App.Writer, "erased; the grades are those of %s; %d repositories removed\n", erased.Alias, len(erased.Repositories))
			return nil
		},
	}
}
