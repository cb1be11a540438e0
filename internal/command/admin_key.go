package command

import (
	"cmp"
	"fmt"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/grader/grader/internal/service"
	"github.com/grader/grader/schema"
)

func adminKeyCommand() *cli.Command {
	return &cli.Command{
		Name:         "key",
		Usage:        "the SSH keys of accounts",
		OnUsageError: misuse,
		Action:       noSubcommand,
		Subcommands:  []*cli.Command{adminKeyListCommand(), adminKeyAddCommand(), adminKeyGitHubCommand(), adminKeyExpireCommand(), adminKeyRemoveCommand()},
	}
}

// publicKey is the JSON form of a key.
type publicKey struct {
	Fingerprint string    `json:"fingerprint"`
	Active      bool      `json:"active"` // false: it has not authenticated yet
	Comment     string    `json:"comment"`
	AddedAt     time.Time `json:"added_at"`
	AddedBy     string    `json:"added_by,omitempty"` // fingerprint of the key that added it
	UsedAt      time.Time `json:"used_at,omitzero"`
	ExpiresAt   time.Time `json:"expires_at,omitzero"`
}

func publicKeys(keys []schema.Key) []publicKey {
	all := make([]publicKey, 0, len(keys))
	for _, k := range keys {
		all = append(all, publicKey{k.Fingerprint, k.Active, k.Comment, k.AddedAt, k.AddedBy, k.UsedAt, k.ExpiresAt})
	}
	return all
}

func adminKeyListCommand() *cli.Command {
	return &cli.Command{
		Name:         "list",
		Usage:        "list an account's keys, oldest first",
		ArgsUsage:    "LOGIN",
		Description:  "Example: grader admin key list alice --json",
		Flags:        []cli.Flag{jsonFlag()},
		OnUsageError: misuse,
		Action: func(c *cli.Context) error {
			args, err := arguments(c, "LOGIN")
			if err != nil {
				return err
			}
			keys, err := callAdmin[[]schema.Key](c, "keys", service.AccountArgs{Login: args[0]})
			if err != nil {
				return err
			}
			if c.Bool("json") {
				return printJSON(c.App.Writer, publicKeys(keys))
			}
			for _, k := range keys {
				state, used := "pending", "never used"
				if k.Active {
					state = "active"
				}
				if !k.UsedAt.IsZero() {
					used = "used " + k.UsedAt.Format("2006-01-02 15:04 MST")
				}
				if words := schema.ExpiryWords(k); words != "" {
					used += ", " + words
				}
				fmt.Fprintf(c.App.Writer, "%s  %-7s  %-25s  %s\n", k.Fingerprint, state, used, schema.Sanitize(k.Comment))
			}
			return nil
		},
	}
}

func adminKeyAddCommand() *cli.Command {
	return &cli.Command{
		Name:         "add",
		Usage:        "add the public keys of a file to an account; they are active at once",
		ArgsUsage:    "LOGIN FILE",
		Description:  "Example: grader admin key add alice alice.pub",
		Flags:        []cli.Flag{jsonFlag()},
		OnUsageError: misuse,
		Action: func(c *cli.Context) error {
			args, err := arguments(c, "LOGIN", "FILE")
			if err != nil {
				return err
			}
			text, err := readKeyFile(args[1])
			if err != nil {
				return err
			}
			keys, err := callAdmin[[]schema.Key](c, "key.add", service.AccountArgs{Login: args[0], Key: text})
			if err != nil {
				return err
			}
			if c.Bool("json") {
				return printJSON(c.App.Writer, publicKeys(keys))
			}
			for _, k := range keys {
				fmt.Fprintln(c.App.Writer, k.Fingerprint)
			}
			return nil
		},
	}
}

func adminKeyExpireCommand() *cli.Command {
	return &cli.Command{
		Name:      "expire",
		Usage:     "set the last day of a key, in UTC, or never",
		ArgsUsage: "LOGIN FINGERPRINT DAY",
		Description: "After that day the key is removed, with the sessions, links, codes and connections that it made.\n\n" +
			"Example: grader admin key expire alice SHA256:… 2026-12-31",
		Flags:        []cli.Flag{jsonFlag()},
		OnUsageError: misuse,
		Action: func(c *cli.Context) error {
			args, err := arguments(c, "LOGIN", "FINGERPRINT", "DAY")
			if err != nil {
				return err
			}
			key, err := callAdmin[schema.Key](c, "key.expire", service.AccountArgs{Login: args[0], Fingerprint: args[1], Day: args[2]})
			if err != nil {
				return err
			}
			if c.Bool("json") {
				return printJSON(c.App.Writer, publicKeys([]schema.Key{key})[0])
			}
			fmt.Fprintf(c.App.Writer, "%s %s\n", key.Fingerprint, cmp.Or(schema.ExpiryWords(key), "does not expire"))
			return nil
		},
	}
}

// publicRemoval is the JSON form of a removed key.
type publicRemoval struct {
	Fingerprint string       `json:"fingerprint"`
	Ended       schema.Ended `json:"ended"`
	Added       []publicKey  `json:"added"` // keys that it added and that still exist
}

func adminKeyRemoveCommand() *cli.Command {
	return &cli.Command{
		Name:      "remove",
		Usage:     "remove a key with the sessions, links, codes and connections that it made",
		ArgsUsage: "LOGIN FINGERPRINT",
		Description: "Also the last one: grader admin user code lets the person register another.\n\n" +
			"Example: grader admin key remove alice SHA256:…",
		Flags:        []cli.Flag{jsonFlag()},
		OnUsageError: misuse,
		Action: func(c *cli.Context) error {
			args, err := arguments(c, "LOGIN", "FINGERPRINT")
			if err != nil {
				return err
			}
			removed, err := callAdmin[schema.RemovedKey](c, "key.remove", service.AccountArgs{Login: args[0], Fingerprint: args[1]})
			if err != nil {
				return err
			}
			if c.Bool("json") {
				return printJSON(c.App.Writer, publicRemoval{removed.Key.Fingerprint, removed.Ended, publicKeys(removed.Added)})
			}
			fmt.Fprintf(c.App.Writer, "ended: %s\n", removed.Ended.Words())
			for _, k := range removed.Added {
				fmt.Fprintf(c.App.Writer, "added by it, and still there: %s\n", k.Fingerprint)
			}
			return nil
		},
	}
}
