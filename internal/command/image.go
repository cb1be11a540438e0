package command

import (
	"fmt"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/grader/grader/runner/grade"
	"github.com/grader/grader/runner/image"
)

func imageCommand() *cli.Command {
	return &cli.Command{
		Name:         "image",
		Usage:        "finish runner images",
		OnUsageError: misuse,
		Action:       noSubcommand,
		Subcommands: []*cli.Command{{
			Name:  "seal",
			Usage: "the last step of an image's build, run in it",
			Description: "Takes the setuid and setgid bits from every program, refuses files that everybody may\n" +
				"write to, makes /tmp the wall's to give to steps, and writes /etc/grader/image.json and /usr/share/grader/sbom.spdx.json (SPDX).\n\n" +
				"Example: RUN [\"grader\", \"image\", \"seal\"]",
			Flags:        []cli.Flag{&cli.StringFlag{Name: "root", Usage: "`DIR`ectory of the image's files", Value: "/"}},
			OnUsageError: misuse,
			Action: func(c *cli.Context) error {
				if _, err := arguments(c); err != nil {
					return err
				}
				return image.Seal(c.Context, c.String("root"), version, time.Now())
			},
		}, {
			Name:  "caches",
			Usage: "let Java and Go start faster on this machine",
			Description: "Makes class-data archives of javac and JUnit, a runtime of Java with the modules for\n" +
				"judging, and Go's standard library compiled. It takes about a minute and 300 MB, below\n" +
				"/var/cache/grader for root and below the user's cache directory for others. A sealed image\n" +
				"has them; a server with runners of its own makes them by itself a minute after its start.\n\n" +
				"Example: grader image caches",
			OnUsageError: misuse,
			Action:       makeCaches,
		}},
	}
}

func makeCaches(c *cli.Context) error {
	if _, err := arguments(c); err != nil {
		return err
	}
	found, err := grade.DetectImage(c.Context)
	if err != nil {
		return err
	}
	made, err := grade.MakeCaches(c.Context, found, false)
	if err != nil {
		return err
	}
	if len(made) == 0 {
		made = []string{"this machine has neither Java with JUnit nor Go: nothing to make"}
	}
	_, err = fmt.Fprintln(c.App.Writer, strings.Join(made, "\n"))
	return err
}
