package command

import (
	"fmt"
	"os"

	"github.com/urfave/cli/v2"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/classroom/tables"
	"github.com/grader/grader/internal/service"
	"github.com/grader/grader/schema"
)

func adminUserCommand() *cli.Command {
	return &cli.Command{
		Name:         "user",
		Usage:        "accounts",
		OnUsageError: misuse,
		Action:       noSubcommand,
		Subcommands: []*cli.Command{
			adminUserAddCommand(), adminUserListCommand(), adminUserCodeCommand(),
			adminUserDisableCommand(), adminUserEnableCommand(), adminUserSignOutCommand(),
		},
	}
}

// jsonFlag is the flag --json.
func jsonFlag() cli.Flag { return &cli.BoolFlag{Name: "json", Usage: "print JSON"} }

func adminUserAddCommand() *cli.Command {
	return &cli.Command{
		Name:        "add",
		Usage:       "create an account",
		ArgsUsage:   "LOGIN",
		Description: "Example: grader admin user add alice --name \"Alice Liddell\" --key alice.pub",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "name", Usage: "full `NAME`"},
			&cli.StringFlag{Name: "email", Usage: "`ADDRESS` for mail"},
			&cli.StringSliceFlag{Name: "key", Usage: "`FILE` with SSH public keys, one a line; may be given several times"},
			&cli.BoolFlag{Name: "code", Usage: "print a one-time code with which the person registers a key: ssh join@HOST CODE"},
			&cli.BoolFlag{Name: "admin", Usage: "an administrator of every course"},
			jsonFlag(),
		},
		OnUsageError: misuse,
		Action:       adminUserAdd,
	}
}

func adminUserAdd(c *cli.Context) error {
	args, err := arguments(c, "LOGIN")
	if err != nil {
		return err
	}
	request := classroom.NewUser{Login: args[0], Name: c.String("name"), Email: c.String("email"), Admin: c.Bool("admin"), Code: c.Bool("code")}
	for _, file := range c.StringSlice("key") {
		text, err := readKeyFile(file)
		if err != nil {
			return err
		}
		request.Keys = append(request.Keys, text)
	}
	added, err := callAdmin[classroom.AddedUser](c, "user.add", request)
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

// readKeyFile reads a public key file. Without a file name it returns "".
func readKeyFile(file string) (string, error) {
	if file == "" {
		return "", nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return "", schema.Errorf(schema.CodeInvalid, "key: %s", err)
	}
	if len(text) == 0 {
		return "", schema.Errorf(schema.CodeInvalid, "key: %s is empty", file)
	}
	return string(text), nil
}

func adminUserListCommand() *cli.Command {
	return &cli.Command{
		Name:         "list",
		Usage:        "list the accounts",
		Description:  "Example: grader admin user list --json",
		Flags:        []cli.Flag{jsonFlag()},
		OnUsageError: misuse,
		Action: func(c *cli.Context) error {
			if _, err := arguments(c); err != nil {
				return err
			}
			users, err := callAdmin[[]schema.User](c, "users", service.None{})
			if err != nil {
				return err
			}
			if c.Bool("json") {
				return printJSON(c.App.Writer, publicUsers(users))
			}
			for _, u := range users {
				state := ""
				if u.Disabled {
					state = " (disabled)"
				}
				fmt.Fprintf(c.App.Writer, "%-20s %s%s\n", u.Login, schema.Sanitize(u.Name), state)
			}
			return nil
		},
	}
}

func publicUsers(users []schema.User) []tables.User {
	all := make([]tables.User, 0, len(users))
	for _, u := range users {
		all = append(all, tables.PublicUser(u))
	}
	return all
}

func adminUserCodeCommand() *cli.Command {
	return &cli.Command{
		Name:      "code",
		Usage:     "print a new one-time code for a person who has lost their key",
		ArgsUsage: "LOGIN",
		Description: "With it the person registers a key: ssh join@HOST CODE. Remove the lost key as well:\n" +
			"grader admin key list LOGIN says which it is.\n\n" +
			"Example: grader admin user code alice",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "key", Usage: "`FILE` with the public key that the code is for; it binds no other"},
			jsonFlag(),
		},
		OnUsageError: misuse,
		Action: func(c *cli.Context) error {
			args, err := arguments(c, "LOGIN")
			if err != nil {
				return err
			}
			text, err := readKeyFile(c.String("key"))
			if err != nil {
				return err
			}
			code, err := callAdmin[classroom.Code](c, "user.code", service.AccountArgs{Login: args[0], Key: text})
			if err != nil {
				return err
			}
			if c.Bool("json") {
				return printJSON(c.App.Writer, code)
			}
			fmt.Fprintln(c.App.Writer, code.Code)
			return nil
		},
	}
}

func adminUserDisableCommand() *cli.Command {
	return &cli.Command{
		Name:      "disable",
		Usage:     "close an account: its sessions, API tokens, links, codes and connections end",
		ArgsUsage: "LOGIN",
		Description: "Its work, keys and enrolments stay, and nobody can sign in, push or join with it until\n" +
			"grader admin user enable.\n\nExample: grader admin user disable alice",
		Flags:        []cli.Flag{jsonFlag()},
		OnUsageError: misuse,
		Action:       func(c *cli.Context) error { return endAccess(c, "user.disable", true) },
	}
}

func adminUserEnableCommand() *cli.Command {
	return &cli.Command{
		Name:         "enable",
		Usage:        "enable a disabled account",
		ArgsUsage:    "LOGIN",
		Description:  "Example: grader admin user enable alice",
		OnUsageError: misuse,
		Action: func(c *cli.Context) error {
			args, err := arguments(c, "LOGIN")
			if err != nil {
				return err
			}
			_, err = callAdmin[schema.Ended](c, "user.disable", service.AccountArgs{Login: args[0]})
			return err
		},
	}
}

func adminUserSignOutCommand() *cli.Command {
	return &cli.Command{
		Name:      "sign-out",
		Usage:     "end an account's browser sessions, API tokens, links, codes and open connections",
		ArgsUsage: "LOGIN",
		Description: "The keys stay: the person may come back at once. grader admin key remove and\n" +
			"grader admin user disable keep somebody out.\n\nExample: grader admin user sign-out alice",
		Flags:        []cli.Flag{jsonFlag()},
		OnUsageError: misuse,
		Action:       func(c *cli.Context) error { return endAccess(c, "user.sign-out", false) },
	}
}

// endAccess runs an operation that ends a person's access, and prints what ended.
func endAccess(c *cli.Context, operation string, disabled bool) error {
	args, err := arguments(c, "LOGIN")
	if err != nil {
		return err
	}
	ended, err := callAdmin[schema.Ended](c, operation, service.AccountArgs{Login: args[0], Disabled: disabled})
	if err != nil {
		return err
	}
	if c.Bool("json") {
		return printJSON(c.App.Writer, ended)
	}
	fmt.Fprintf(c.App.Writer, "ended: %s\n", ended.Words())
	return nil
}
