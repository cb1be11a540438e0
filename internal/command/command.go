// Package command implements grader's command line, one file per command. A command parses
// its flags, calls the service or an action, and prints the reply.
package command

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/urfave/cli/v2"

	"github.com/grader/grader/runner/sandbox"
	"github.com/grader/grader/schema"
)

// version is set by the linker (-X, see the Makefile).
var version = "dev"

// Main runs the command named by the process's arguments and exits with its status. When
// the sandbox re-executes the program as one of its stages, Main runs that stage instead.
func Main() {
	sandbox.Stage()
	os.Exit(run(os.Args, os.Stdin, os.Stdout, os.Stderr))
}

// run runs the whole program and returns the exit status (0 done, 1 failed, 2 misuse).
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), stopSignals()...)
	defer stop()
	app := newApp(stdin, stdout, stderr)
	err := app.RunContext(ctx, permute(app, args))
	if err != nil {
		fmt.Fprintf(stderr, "grader: %s\n", describe(err))
	}
	return exitStatus(err)
}

// stopSignals returns the signals that stop the program gracefully. A signal that was
// ignored from the start, such as SIGHUP under nohup, stays ignored.
func stopSignals() []os.Signal {
	signals := []os.Signal{syscall.SIGTERM}
	for _, s := range []os.Signal{os.Interrupt, syscall.SIGHUP} {
		if !signal.Ignored(s) {
			signals = append(signals, s)
		}
	}
	return signals
}

func newApp(stdin io.Reader, stdout, stderr io.Writer) *cli.App {
	return &cli.App{
		Name:                 "grader",
		Usage:                "grade what students push",
		Version:              version,
		EnableBashCompletion: true,
		HideHelpCommand:      true,
		Reader:               stdin,
		Writer:               stdout,
		ErrWriter:            stderr,
		ExitErrHandler:       func(*cli.Context, error) {},
		OnUsageError:         misuse,
		Action:               noCommand,
		Flags:                remoteFlags(),
		Commands: withoutHelp([]*cli.Command{
			serveCommand(), runnerCommand(), checkCommand(), importCommand(), initCommand(), schemaCommand(), adminCommand(), verifyCommand(), restoreCommand(),
			demoCommand(), loadCommand(), doctorCommand(), imageCommand(), completionCommand(),
		}),
	}
}

// withoutHelp removes the library's help command at every level, because --help does the same.
func withoutHelp(commands []*cli.Command) []*cli.Command {
	for _, c := range commands {
		c.HideHelpCommand = true
		withoutHelp(c.Subcommands)
	}
	return commands
}

// noCommand shows the help, or reports an unknown command.
func noCommand(c *cli.Context) error {
	if c.Args().Present() {
		return schema.Errorf(schema.CodeInvalid, "unknown command %q; grader --help lists the commands", c.Args().First())
	}
	return cli.ShowAppHelp(c)
}

func misuse(c *cli.Context, err error, _ bool) error {
	return schema.Errorf(schema.CodeInvalid, "%s; see %s --help", err, c.Command.HelpName)
}

// exitStatus maps an error to the process's exit status.
func exitStatus(err error) int {
	return schema.ExitStatus(err)
}

// describe returns the message for the terminal. It includes causes, because operators may read
// them.
func describe(err error) string { return err.Error() }
