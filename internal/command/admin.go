package command

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/grader/grader/classroom/tables"
	"github.com/grader/grader/internal/service"
	"github.com/grader/grader/schema"
)

func adminCommand() *cli.Command {
	return &cli.Command{
		Name:  "admin",
		Usage: "accounts, courses, submissions, queue, runners and the audit log of a data directory",
		Description: "Talks to the server that runs on the data directory, or opens the store itself\n" +
			"when none does. With grader --server URL admin it talks to a server elsewhere, as the\n" +
			"person of the token.\n\nExample: grader admin --data /var/lib/grader user add alice --key alice.pub",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "data", Usage: "data `DIR`ectory", EnvVars: []string{"GRADER_DATA"}, Value: "data"},
		},
		OnUsageError: misuse,
		Action:       noSubcommand,
		Subcommands: []*cli.Command{
			adminUserCommand(), adminKeyCommand(), adminTokenCommand(), adminCourseCommand(), adminEnrolCommand(), adminUnenrolCommand(), adminRosterCommand(),
			adminSubmissionsCommand(), adminWaitCommand(), adminLoginLinkCommand(), adminQueueCommand(), adminPoolsCommand(), adminRunnersCommand(), adminImagesCommand(),
			adminGradesCommand(), adminExtendCommand(), adminExtensionsCommand(), adminOutageCommand(), adminLateDaysCommand(),
			adminAdjustCommand(), adminAdjustmentsCommand(), adminCommentCommand(), adminCommentsCommand(), adminSubmitForCommand(), adminRegradeCommand(), adminTestsCommand(), adminTeamCommand(), adminPublishCommand(), adminUnpublishCommand(), adminExportCommand(),
			adminAuditCommand(), adminCopyDatabaseCommand(),
			adminReceiptsCommand(), adminReplayCommand(), adminOutboxCommand(), adminNotifyCommand(), adminGitHubCommand(), adminEraseCommand(), adminBackupCommand(),
		},
	}
}

// noSubcommand shows the help of a group of commands, or reports an unknown command.
func noSubcommand(c *cli.Context) error {
	if c.Args().Present() {
		return schema.Errorf(schema.CodeInvalid, "unknown command %q; see %s --help", c.Args().First(), c.Command.HelpName)
	}
	return cli.ShowSubcommandHelp(c)
}

// needed returns an error if a required flag is missing.
func needed(c *cli.Context, flags ...string) error {
	for _, name := range flags {
		if !c.IsSet(name) {
			return schema.Errorf(schema.CodeInvalid, "--%s is needed; see %s --help", name, c.Command.HelpName)
		}
	}
	return nil
}

// arguments returns the arguments if their number matches the names. Flags may come
// before or after them (see permute).
func arguments(c *cli.Context, names ...string) ([]string, error) {
	if c.NArg() != len(names) {
		return nil, schema.Errorf(schema.CodeInvalid, "usage: %s %s; see --help", c.Command.HelpName, c.Command.ArgsUsage)
	}
	return c.Args().Slice(), nil
}

// printJSON prints a value as indented JSON.
func printJSON(w io.Writer, v any) error { return tables.JSON(w, v) }

// reply writes the reply of an action, as text or, with --json, as JSON.
func reply(c *cli.Context) tables.Writer {
	return tables.Writer{Out: c.App.Writer, Note: c.App.ErrWriter, JSON: c.Bool("json"), Command: "grader admin"}
}

// callAdmin runs one operation: over the API of the server in --server, over the socket of the running server, or, if
// no server runs, in this process. It tries again if a server starts or stops meanwhile.
func callAdmin[R any](c *cli.Context, name string, args any) (R, error) {
	var reply R
	body, err := json.Marshal(args)
	if err != nil {
		return reply, err
	}
	server, err := remoteOf(c)
	if err != nil {
		return reply, err
	}
	answer, err := dispatch(c, server, name, body)
	if err != nil {
		return reply, err
	}
	if err := json.Unmarshal(answer, &reply); err != nil {
		return reply, fmt.Errorf("answer to %s: %w", name, err)
	}
	return reply, nil
}

func dispatch(c *cli.Context, server *remote, name string, body []byte) ([]byte, error) {
	ctx, root := c.Context, c.String("data")
	if server != nil {
		return server.call(ctx, name, body)
	}
	for try := 0; ; try++ {
		answer, err := service.Call(ctx, root, name, body)
		if !errors.Is(err, service.ErrNoServer) {
			return answer, err
		}
		answer, err = service.Offline(ctx, root, name, body, storeLogger(c))
		if schema.CodeOf(err) != schema.CodeConflict || try == 50 {
			return answer, err
		}
		select { // a server holds the directory but does not listen yet
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}
