package command

import (
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/grader/grader/github"
	"github.com/grader/grader/internal/service"
	"github.com/grader/grader/schema"
)

func adminGitHubCommand() *cli.Command {
	return &cli.Command{
		Name:         "github",
		Usage:        "accounts at GitHub whose pushes are somebody's",
		OnUsageError: misuse,
		Action:       noSubcommand,
		Subcommands:  []*cli.Command{adminGitHubLinkCommand()},
	}
}

func adminGitHubLinkCommand() *cli.Command {
	return &cli.Command{
		Name:      "link",
		Usage:     "make the pushes of an account at GitHub those of LOGIN",
		ArgsUsage: "LOGIN GITHUB_LOGIN",
		Description: "Whoever has that account at GitHub hands in as LOGIN, so be sure that it is the same person. The\n" +
			"account's number is kept, which stays when its login changes. People who sign in to the site with GitHub need no link.\n\n" +
			"Example: grader admin github link alice ada-ng",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "url", Usage: "`URL` of a GitHub Enterprise Server", Value: github.Default},
			&cli.StringFlag{Name: "token-file", Usage: "`FILE` with a token: GitHub answers more often, and an Enterprise Server may ask for one"},
		},
		OnUsageError: misuse,
		Action:       adminGitHubLink,
	}
}

func adminGitHubLink(c *cli.Context) error {
	args, err := arguments(c, "LOGIN", "GITHUB_LOGIN")
	if err != nil {
		return err
	}
	is, host, err := gitHubAccount(c, args[1])
	if err != nil {
		return err
	}
	_, err = callAdmin[service.None](c, "github.link", service.GitHubArgs{Login: args[0], Account: schema.GitHubAccount{Host: host, ID: is.ID, Login: is.Login}})
	if err == nil {
		fmt.Fprintf(c.App.Writer, "pushes of %s (number %d at %s) are those of %s\n", is.Login, is.ID, host, args[0])
	}
	return err
}
