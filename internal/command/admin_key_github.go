package command

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/grader/grader/github"
	"github.com/grader/grader/internal/service"
	"github.com/grader/grader/schema"
)

func adminKeyGitHubCommand() *cli.Command {
	return &cli.Command{
		Name:      "github",
		Usage:     "add the public keys that an account has at GitHub; they are active at once",
		ArgsUsage: "LOGIN GITHUB_LOGIN",
		Description: "The keys are read once, from this machine. Whoever holds one of them can push as LOGIN, so be\n" +
			"sure that GITHUB_LOGIN is the same person: --dry-run shows the account and the keys, and adds none.\n\n" +
			"Example: grader admin key github alice ada-ng --dry-run",
		Flags: []cli.Flag{
			jsonFlag(),
			&cli.BoolFlag{Name: "dry-run", Usage: "show the account and its keys, and add none"},
			&cli.StringFlag{Name: "url", Usage: "`URL` of a GitHub Enterprise Server", Value: github.Default},
			&cli.StringFlag{Name: "token-file", Usage: "`FILE` with a token: GitHub answers more often, and an Enterprise Server may ask for one"},
		},
		OnUsageError: misuse,
		Action:       adminKeyGitHub,
	}
}

// githubImport is the JSON form of the result of an import of keys.
type githubImport struct {
	ID     int64       `json:"id"` // id at GitHub; it does not change when the login is renamed
	Login  string      `json:"login"`
	Name   string      `json:"name"`
	Keys   []string    `json:"keys"` // keys in GitHub's list
	Added  []publicKey `json:"added"`
	Failed []failedKey `json:"failed"`
}

// failedKey is a key that was not added.
type failedKey struct {
	Key string `json:"key"`
	Why string `json:"why"`
}

func adminKeyGitHub(c *cli.Context) error {
	args, err := arguments(c, "LOGIN", "GITHUB_LOGIN")
	if err != nil {
		return err
	}
	account, _, err := gitHubAccount(c, args[1])
	if err != nil {
		return err
	}
	done := githubImport{ID: account.ID, Login: account.Login, Name: account.Name, Keys: account.Keys, Added: []publicKey{}, Failed: []failedKey{}}
	if !c.Bool("dry-run") {
		if err := addEach(c, args[0], &done); err != nil {
			return err
		}
	}
	return reportGitHub(c, args[0], done)
}

// gitHubAccount requests an account from the GitHub host in the command's flags. It also returns the address of that
// host.
func gitHubAccount(c *cli.Context, login string) (is github.Account, host string, err error) {
	token, err := tokenOf(c.String("token-file"))
	if err != nil {
		return is, "", err
	}
	client, err := github.New(c.String("url"), token, nil)
	if err != nil {
		return is, "", err
	}
	is, err = client.Account(c.Context, login)
	return is, client.Host(), err
}

// tokenOf reads a token from a file. Without a file it returns "".
func tokenOf(file string) (string, error) {
	if file == "" {
		return "", nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return "", schema.Wrapf(schema.CodeInvalid, err, "token: %s", err)
	}
	token := strings.TrimSpace(string(text))
	if token == "" || strings.ContainsAny(token, " \t\r\n") {
		return "", schema.Errorf(schema.CodeInvalid, "token: %s must hold one token and nothing else", file)
	}
	return token, nil
}

// addEach adds the keys one by one. After a refused key it continues with the others. It returns only errors that do
// not concern a single key.
func addEach(c *cli.Context, login string, done *githubImport) error {
	for _, key := range done.Keys {
		added, err := callAdmin[[]schema.Key](c, "key.add", service.AccountArgs{Login: login, Key: key + " github:" + done.Login})
		told := new(schema.Error)
		switch {
		case err == nil:
			done.Added = append(done.Added, publicKeys(added)...)
		case errors.As(err, &told) && (told.Code == schema.CodeInvalid || told.Code == schema.CodeConflict || told.Code == schema.CodeLimit):
			done.Failed = append(done.Failed, failedKey{key, told.Message})
		default:
			return err
		}
	}
	return nil
}

// reportGitHub prints the result. It returns an error if no key could be added.
func reportGitHub(c *cli.Context, login string, done githubImport) error {
	if c.Bool("json") {
		if err := printJSON(c.App.Writer, done); err != nil {
			return err
		}
	} else {
		name := schema.Sanitize(strings.Join(strings.Fields(done.Name), " "))
		fmt.Fprintf(c.App.Writer, "%s (%s, account %d) at %s has %s\n", done.Login, name, done.ID, c.String("url"), schema.Count(len(done.Keys), "key"))
		for _, k := range done.Added {
			fmt.Fprintf(c.App.Writer, "added      %s\n", k.Fingerprint)
		}
		for _, k := range done.Failed {
			fmt.Fprintf(c.App.Writer, "not added  %s: %s\n", short(k.Key), k.Why)
		}
	}
	switch {
	case c.Bool("dry-run"):
		return nil
	case len(done.Keys) == 0:
		return schema.Errorf(schema.CodeNotFound, "%s has no keys at GitHub; give %s a code instead: grader admin user code %s", done.Login, login, login)
	case len(done.Added) == 0:
		return schema.Errorf(schema.CodeRefused, "none of the keys was added")
	}
	return nil
}

// short returns the beginning and the end of a key.
func short(key string) string {
	key = schema.Sanitize(key)
	if len(key) <= 40 {
		return key
	}
	return key[:20] + "…" + key[len(key)-12:]
}
