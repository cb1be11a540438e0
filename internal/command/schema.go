package command

import (
	"github.com/urfave/cli/v2"

	"github.com/grader/grader/schema/assignment"
)

func schemaCommand() *cli.Command {
	return &cli.Command{
		Name:  "schema",
		Usage: "print the JSON Schema of assignment.yaml, for editors",
		Description: "Editors that know JSON Schema complete keys and mark mistakes as you type. What depends on other\n" +
			"keys or on files is told by grader check and by the push alone.\n\n" +
			"Example: grader schema >assignment.schema.json",
		OnUsageError: misuse,
		Action: func(c *cli.Context) error {
			if _, err := arguments(c); err != nil {
				return err
			}
			text, err := assignment.JSONSchema()
			if err != nil {
				return err
			}
			_, err = c.App.Writer.Write(text)
			return err
		},
	}
}
