package command

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/grader/grader/schema"
)

// credentialFD is the descriptor from which a runner reads its credential, unless
// --credential names standard input.
const credentialFD = 3

// openCredential opens the source of the runner's credential, or creates the credential
// from an identity that a cluster has signed.
func openCredential(c *cli.Context) (io.ReadCloser, error) {
	if c.IsSet("identity") {
		return identityCredential(c)
	}
	fd := uintptr(credentialFD)
	switch from := c.String("credential"); from {
	case "-":
		fd = 0
	case "3":
	default:
		return nil, schema.Errorf(schema.CodeInvalid, "--credential %q: use 3 or -", from)
	}
	f := os.NewFile(fd, "credential")
	if _, err := f.Stat(); err != nil {
		return nil, schema.Errorf(schema.CodeInvalid, "no credential on descriptor %d; a pool starts runners, people use grader check", fd)
	}
	return f, nil
}

// identityCredential creates a credential from an identity. It first restricts the
// directories with the identity to the runner.
func identityCredential(c *cli.Context) (io.ReadCloser, error) {
	if err := needed(c, "server", "flavour"); err != nil {
		return nil, err
	}
	if err := closeTaskDirs(); err != nil {
		return nil, err
	}
	identity, err := os.ReadFile(c.String("identity"))
	if err != nil {
		return nil, schema.Wrapf(schema.CodeInvalid, err, "identity: %s", err)
	}
	credential := schema.Credential{URL: c.String("server"), Flavour: c.String("flavour"), Identity: strings.TrimSpace(string(identity))}
	if c.IsSet("ca") {
		ca, err := os.ReadFile(c.String("ca"))
		if err != nil {
			return nil, schema.Wrapf(schema.CodeInvalid, err, "the server's certificates: %s", err)
		}
		credential.CA = string(ca)
	}
	text, err := json.Marshal(credential)
	if err != nil {
		return nil, fmt.Errorf("credential: %w", err)
	}
	return io.NopCloser(bytes.NewReader(text)), nil
}

// closeTaskDirs makes the directories of the Nomad task private. Nomad makes them readable
// by all users, although they hold the task's identity and the socket of its API.
func closeTaskDirs() error {
	for _, name := range []string{"NOMAD_SECRETS_DIR", "NOMAD_TASK_DIR", "NOMAD_ALLOC_DIR"} {
		dir := os.Getenv(name)
		if dir == "" {
			continue
		}
		if err := os.Chmod(dir, 0o700); err != nil {
			return fmt.Errorf("close %s: %w", name, err)
		}
	}
	return nil
}
