package command

import (
	"log/slog"
	"path/filepath"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/grader/grader/runner"
	"github.com/grader/grader/runner/sandbox"
)

func runnerCommand() *cli.Command {
	return &cli.Command{
		Name:  "runner",
		Usage: "grade one job and exit; pools start this command",
		Description: "The credential comes as JSON over descriptor 3, or over standard input with\n--credential -, never in arguments or the environment. " +
			"On a cluster it is a signed\nidentity in a file instead, and --server and --flavour say where it counts.\n\n" +
			"Example: grader runner 3< credential.json",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "identity", Usage: "`FILE` of the identity that the cluster signed, instead of descriptor 3"},
			&cli.StringFlag{Name: "server", Usage: "`URL` of the server, with --identity"},
			&cli.StringFlag{Name: "flavour", Usage: "`NAME` of the runner's flavour, with --identity"},
			&cli.StringFlag{Name: "ca", Usage: "`FILE` of the certificates that verify the server's, with --identity"},
			&cli.StringFlag{Name: "min-level", Usage: "the weakest `LEVEL` of the wall to accept: namespace or uid", Value: string(sandbox.LevelUID)},
			&cli.StringFlag{Name: "credential", Usage: "where the credential comes from: descriptor `3`, or - for standard input", Value: "3"},
			&cli.StringFlag{Name: "blocks", Usage: "`DIR`ectory of the locks on blocks of uids, shared by all runners of a machine"},
			&cli.StringFlag{Name: "log", Usage: "`LEVEL` of the log on standard error", Value: "info"},
		},
		OnUsageError: misuse,
		Action:       runRunner,
	}
}

func runRunner(c *cli.Context) error {
	if _, err := arguments(c); err != nil {
		return err
	}
	logger, err := newLogger(c)
	if err != nil {
		return err
	}
	slog.SetDefault(logger)
	credential, err := openCredential(c)
	if err != nil {
		return err
	}
	defer credential.Close()
	level := sandbox.Level(c.String("min-level"))
	dir, err := makeRunnerDir(sandbox.TempDir())
	if err != nil {
		return err
	}
	defer dir.remove()
	wall := sandbox.Options{Dir: filepath.Join(dir.path, "wall"), Min: level, Locks: c.String("blocks"), Logger: logger}
	agent := &runner.Agent{Open: runner.OpenWall(wall, time.Now, logger), Dir: dir.path, Version: version, Logger: logger}
	return agent.Run(c.Context, credential)
}
