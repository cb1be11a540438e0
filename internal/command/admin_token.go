package command

import (
	"time"

	"github.com/urfave/cli/v2"

	"github.com/grader/grader/internal/service"
	"github.com/grader/grader/schema"
)

func adminTokenCommand() *cli.Command {
	return &cli.Command{
		Name:         "token",
		Usage:        "API tokens of an account; its owner makes them over ssh: token create NAME",
		OnUsageError: misuse,
		Action:       noSubcommand,
		Subcommands: []*cli.Command{{
			Name:         "list",
			Usage:        "list the tokens of an account, without their secrets",
			ArgsUsage:    "LOGIN",
			Description:  "Example: grader admin token list alice --json",
			Flags:        []cli.Flag{jsonFlag()},
			OnUsageError: misuse,
			Action: func(c *cli.Context) error {
				args, err := arguments(c, "LOGIN")
				if err != nil {
					return err
				}
				all, err := callAdmin[[]schema.APIToken](c, "tokens", service.TokenArgs{Login: args[0]})
				if err != nil {
					return err
				}
				return reply(c).Tokens(all, time.Now())
			},
		}, {
			Name:         "revoke",
			Usage:        "end a token of an account at once",
			ArgsUsage:    "LOGIN NAME",
			Description:  "Example: grader admin token revoke alice laptop",
			Flags:        []cli.Flag{jsonFlag()},
			OnUsageError: misuse,
			Action: func(c *cli.Context) error {
				args, err := arguments(c, "LOGIN", "NAME")
				if err != nil {
					return err
				}
				ended, err := callAdmin[schema.APIToken](c, "token.revoke", service.TokenArgs{Login: args[0], Name: args[1]})
				if err != nil {
					return err
				}
				return reply(c).TokenRevoked(ended)
			},
		}},
	}
}
