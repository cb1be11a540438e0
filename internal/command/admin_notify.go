package command

import (
	"strconv"

	"github.com/urfave/cli/v2"

	"github.com/grader/grader/internal/service"
	"github.com/grader/grader/schema"
)

func adminNotifyCommand() *cli.Command {
	return &cli.Command{
		Name:         "notify",
		Usage:        "addresses at which an account gets notices; its owner adds them over ssh: notify add email ADDRESS",
		OnUsageError: misuse,
		Action:       noSubcommand,
		Subcommands: []*cli.Command{{
			Name:         "list",
			Usage:        "list the addresses of an account",
			ArgsUsage:    "LOGIN",
			Description:  "Example: grader admin notify list alice --json",
			Flags:        []cli.Flag{jsonFlag()},
			OnUsageError: misuse,
			Action: func(c *cli.Context) error {
				args, err := arguments(c, "LOGIN")
				if err != nil {
					return err
				}
				all, err := callAdmin[[]schema.NoticeDestination](c, "notices", service.NoticeArgs{Login: args[0]})
				if err != nil {
					return err
				}
				return reply(c).Destinations(all)
			},
		}, {
			Name:         "remove",
			Usage:        "send no more notices to an address",
			ArgsUsage:    "LOGIN ID",
			Description:  "Example: grader admin notify remove alice 3",
			Flags:        []cli.Flag{jsonFlag()},
			OnUsageError: misuse,
			Action: func(c *cli.Context) error {
				args, err := arguments(c, "LOGIN", "ID")
				if err != nil {
					return err
				}
				id, err := strconv.ParseInt(args[1], 10, 64)
				if err != nil {
					return schema.Errorf(schema.CodeInvalid, "%q is not the number of an address; admin notify list %s shows them", args[1], args[0])
				}
				removed, err := callAdmin[schema.NoticeDestination](c, "notice.remove", service.NoticeArgs{Login: args[0], ID: id})
				if err != nil {
					return err
				}
				return reply(c).DestinationRemoved(removed)
			},
		}},
	}
}
