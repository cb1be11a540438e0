package command

import (
	"fmt"
	"os"

	"github.com/urfave/cli/v2"

	"github.com/grader/grader/internal/service"
	"github.com/grader/grader/schema"
)

func adminUserCommand() *cli.Command {
	return &cli.Command{
		Name:         "user",
		Usage:        "accounts",
		OnUsageError: misuse,
		Action:       noSubcommand,
		Subcommands: []*cli.Command{{
			Name:        "add",
			Usage:       "make an account",
			ArgsUsage:   "LOGIN",
			Description: "Example: grader admin user add alice --name \"Alice Liddell\" --key alice.pub",
			Flags: []cli.Flag{
				&cli.StringFlag{Name: "name", Usage: "full `NAME`"},
				&cli.StringFlag{Name: "email", Usage: "`ADDRESS` for mail"},
				&cli.StringSliceFlag{Name: "key", Usage: "`FILE` with an SSH public key; may be given several times"},
				&cli.BoolFlag{Name: "code", Usage: "print a one-time code with which the person registers a key: ssh join@HOST CODE"},
				&cli.BoolFlag{Name: "admin", Usage: "an administrator of every course"},
				&cli.BoolFlag{Name: "json", Usage: "print JSON"},
			},
			OnUsageError: misuse,
			Action:       adminUserAdd,
		}, {
			Name:         "list",
			Usage:        "list the accounts",
			Flags:        []cli.Flag{&cli.BoolFlag{Name: "json", Usage: "print JSON"}},
			OnUsageError: misuse,
			Action:       adminUserList,
		}},
	}
}

func adminUserAdd(c *cli.Context) error {
	args, err := arguments(c, "LOGIN")
	if err != nil {
		return err
	}
	request := service.AddUserArgs{Login: args[0], Name: c.String("name"), Email: c.String("email"), Admin: c.Bool("admin"), Code: c.Bool("code")}
	for _, file := range c.StringSlice("key") {
		text, err := os.ReadFile(file)
		if err != nil {
			return schema.Errorf(schema.CodeInvalid, "key: %w", err)
		}
		request.Keys = append(request.Keys, string(text))
	}
	added, err := callAdmin[service.AddedUser](c, "user.add", request)
	if err != nil {
		return err
	}
	if c.Bool("json") {
		return printJSON(c.App.Writer, added)
	}
	if added.Code != "" {
		fmt.Fprintln(c.App.Writer, added.Code)
	}
	return nil
}

func adminUserList(c *cli.Context) error {
	users, err := callAdmin[[]schema.User](c, "users", service.None{})
	if err != nil {
		return err
	}
	if c.Bool("json") {
		return printJSON(c.App.Writer, publicUsers(users))
	}
	for _, u := range users {
		fmt.Fprintf(c.App.Writer, "%-20s %s\n", u.Login, schema.Sanitize(u.Name))
	}
	return nil
}

type publicUser struct {
	Login string `json:"login"`
	Name  string `json:"name"`
	Email string `json:"email"`
	Admin bool   `json:"admin"`
}

func publicUsers(users []schema.User) []publicUser {
	all := make([]publicUser, 0, len(users))
	for _, u := range users {
		all = append(all, publicUser{Login: u.Login, Name: u.Name, Email: u.Email, Admin: u.Admin})
	}
	return all
}
